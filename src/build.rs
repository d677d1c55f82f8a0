//! Names the engine of this build: a number over every source that decides what is read from a text and what is said about
//! it. What one engine has kept on disk is of no use to another.

use std::fs;
use std::path::{Path, PathBuf};

const SOURCES: [&str; 7] = ["src/model", "src/facts", "src/syntax", "src/rules", "src/check.rs", "rules", "Cargo.lock"];

fn main() {
    let mut files = Vec::new();
    for source in SOURCES {
        println!("cargo::rerun-if-changed={source}");
        collect(Path::new(source), &mut files);
    }
    files.sort();
    // FNV-1a: nobody gains anything by finding two sources of one number.
    let mut number = 0x6c62_272e_07bb_0142_62b8_2175_6295_c58d_u128;
    let mut take = |bytes: &[u8]| {
        for byte in bytes {
            number = (number ^ u128::from(*byte)).wrapping_mul(0x0000_0000_0100_0000_0000_0000_0000_013b);
        }
    };
    for file in files {
        take(file.to_string_lossy().as_bytes());
        take(&fs::read(&file).unwrap_or_default());
    }
    println!("cargo::rustc-env=SIGHTLINE_ENGINE={number:032x}");
}

fn collect(path: &Path, out: &mut Vec<PathBuf>) {
    match fs::read_dir(path) {
        Ok(entries) => entries.flatten().for_each(|entry| collect(&entry.path(), out)),
        Err(_) => out.push(path.to_owned()),
    }
}
