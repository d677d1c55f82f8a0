//! What an engine has worked out before, on disk, by the content it was worked out from.
//!
//! One small file each, below a folder named after the engine of this build, so nothing outlives an upgrade. A file is
//! written beside its place and renamed into it: another process sees all of it or nothing. What does not read back (torn,
//! foreign, cut off) counts as absent and is written again. Trouble with the disk costs time, never a result.

use std::fs::{self, File};
use std::io::{Read, Write};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, SystemTime};

use serde::Serialize;
use serde::de::DeserializeOwned;
use sha2::{Digest, Sha256};

use super::evict::{Resident, victims};
use crate::facts::code::Outline;
use crate::model::Language;
use crate::syntax::{Cut, Outlines};

/// The number of this build's engine; a build without one keeps nothing.
const ENGINE: Option<&str> = option_env!("SIGHTLINE_ENGINE");
const MAGIC: &[u8; 4] = b"slf1";
/// First bytes of the digest of what follows.
const SUM: usize = 8;
/// Nothing larger is read back, whoever wrote it.
const LARGEST: u64 = 64 << 20;
/// How long something unused stays.
const AGE: Duration = Duration::from_secs(30 * 24 * 3_600);
/// A use is noted at most so often: writing a time costs about as much as reading a file.
const NOTED: Duration = Duration::from_secs(24 * 3_600);
/// How often the folder is looked through.
const TIDIED: Duration = Duration::from_secs(3_600);

/// The name of a thing that is kept: a digest of everything that it depends on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Key(String);

impl Key {
    /// Parts are told apart by their lengths, so that no two lists of parts have one name.
    pub fn of<'a>(parts: impl IntoIterator<Item = &'a [u8]>) -> Self {
        let mut digest = Sha256::new();
        for part in parts {
            digest.update((part.len() as u64).to_le_bytes());
            digest.update(part);
        }
        Self(hex::encode(&digest.finalize()[..20]))
    }

    pub(super) fn as_str(&self) -> &str {
        &self.0
    }
}

#[derive(Debug)]
pub struct FactCache {
    root: PathBuf,
    engine: PathBuf,
    limit: u64,
    clock: fn() -> SystemTime,
    written: AtomicU64,
}

impl FactCache {
    /// A folder that several processes may share; `limit` is what it may hold, in bytes.
    pub fn open(root: &Path, limit: u64) -> Option<Self> {
        Self::of_engine(ENGINE?, root, limit, SystemTime::now)
    }

    fn of_engine(engine: &str, root: &Path, limit: u64, clock: fn() -> SystemTime) -> Option<Self> {
        let engine = root.join(engine);
        fs::create_dir_all(&engine).ok()?;
        Some(Self { root: root.to_owned(), engine, limit, clock, written: AtomicU64::new(0) })
    }

    pub fn get<T: DeserializeOwned>(&self, key: &Key) -> Option<T> {
        let file = File::open(self.path(key)).ok()?;
        let meta = file.metadata().ok().filter(|meta| meta.is_file() && meta.len() <= LARGEST)?;
        let mut bytes = Vec::with_capacity(meta.len() as usize);
        (&file).take(LARGEST).read_to_end(&mut bytes).ok()?;
        let body = bytes.strip_prefix(MAGIC)?;
        let (sum, body) = body.split_at_checked(SUM)?;
        let value = (Sha256::digest(body)[..SUM] == *sum).then(|| postcard::from_bytes(body).ok()).flatten()?;
        let now = (self.clock)();
        if meta.modified().is_ok_and(|used| now.duration_since(used).is_ok_and(|age| age > NOTED)) {
            // It only looks older than it is when this fails.
            let _ = file.set_modified(now);
        }
        Some(value)
    }

    pub fn put<T: Serialize>(&self, key: &Key, value: &T) {
        if let Err(error) = self.write(key, value) {
            tracing::debug!(%error, "what was worked out could not be kept");
        }
    }

    fn write<T: Serialize>(&self, key: &Key, value: &T) -> std::io::Result<()> {
        let body = postcard::to_stdvec(value).map_err(std::io::Error::other)?;
        if body.len() as u64 > LARGEST / 2 {
            return Ok(());
        }
        let path = self.path(key);
        let folder = path.parent().unwrap_or(&self.engine);
        let mut file = match tempfile::NamedTempFile::new_in(folder) {
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
                fs::create_dir_all(folder)?;
                tempfile::NamedTempFile::new_in(folder)?
            }
            file => file?,
        };
        file.write_all(&[MAGIC, &Sha256::digest(&body)[..SUM], &body].concat())?;
        file.persist(&path)?;
        self.written.fetch_add(body.len() as u64, Ordering::Relaxed);
        Ok(())
    }

    fn path(&self, key: &Key) -> PathBuf {
        self.engine.join(&key.0[..2]).join(&key.0[2..])
    }

    /// Removes what is unused for long, of whatever engine, and the least recently used beyond the limit. Looks through the
    /// folder now and then only, and only when this process has written something. Answers how many files went.
    pub fn tidy(&self) -> usize {
        let written = self.written.swap(0, Ordering::Relaxed);
        let now = (self.clock)();
        let mark = self.root.join("tidied");
        let last = fs::metadata(&mark).and_then(|meta| meta.modified());
        let lately = last.is_ok_and(|last| now.duration_since(last).is_ok_and(|age| age < TIDIED));
        if written == 0 || (lately && written < self.limit / 8) {
            return 0;
        }
        let _ = fs::write(&mark, b"");
        let mut residents = Vec::new();
        collect(&self.root, 0, &mut residents);
        let gone = victims(residents, self.limit, AGE, now);
        gone.iter().filter(|one| fs::remove_file(&one.path).is_ok()).count()
    }
}

/// Files two folders deep: engine, first letters, the rest of the name.
fn collect(folder: &Path, depth: u32, out: &mut Vec<Resident>) {
    for entry in fs::read_dir(folder).into_iter().flatten().flatten() {
        let Ok(meta) = entry.metadata() else { continue };
        if meta.is_dir() && depth < 2 {
            collect(&entry.path(), depth + 1, out);
        } else if meta.is_file() && depth == 2 {
            let used = meta.modified().unwrap_or(SystemTime::UNIX_EPOCH);
            out.push(Resident { path: entry.path(), bytes: meta.len(), used });
        }
    }
}

impl Outlines for FactCache {
    fn get(&self, language: Language, text: &str) -> Option<(Outline, Cut)> {
        let (outline, unparsed_lines) = FactCache::get(self, &outline_key(language, text))?;
        Some((outline, Cut { unparsed_lines, budget: None }))
    }

    /// What a budget has cut short is read again: it is rare, and the reason must be told each time.
    fn put(&self, language: Language, text: &str, outline: &Outline, cut: Cut) {
        if cut.budget.is_none() {
            FactCache::put(self, &outline_key(language, text), &(outline, cut.unparsed_lines));
        }
    }
}

fn outline_key(language: Language, text: &str) -> Key {
    Key::of([b"outline", format!("{language:?}").as_bytes(), text.as_bytes()])
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::SourceText;
    use crate::syntax::{Budget, outline};

    fn now() -> SystemTime {
        SystemTime::UNIX_EPOCH + Duration::from_secs(2_000_000_000)
    }

    fn cache(folder: &Path, limit: u64) -> FactCache {
        FactCache::of_engine("e1", folder, limit, now).unwrap()
    }

    #[test]
    fn an_outline_comes_back_as_it_was_for_its_language_and_text_alone() {
        let folder = tempfile::tempdir().unwrap();
        let text = include_str!("../../tests/properties/seed.go");
        let (read, cut) = outline(Language::Go, &SourceText::new(text), &Budget::default());
        let cache = cache(folder.path(), 1 << 20);
        Outlines::put(&cache, Language::Go, text, &read, cut);
        assert_eq!(Outlines::get(&cache, Language::Go, text), Some((read, cut)));
        assert_eq!(Outlines::get(&cache, Language::Rust, text), None);
        assert_eq!(Outlines::get(&cache, Language::Go, &text[1..]), None);
        let upgraded = FactCache::of_engine("e2", folder.path(), 1 << 20, now).unwrap();
        assert_eq!(Outlines::get(&upgraded, Language::Go, text), None);
    }

    #[test]
    fn what_does_not_read_back_is_absent_and_written_again() {
        let folder = tempfile::tempdir().unwrap();
        let cache = cache(folder.path(), 1 << 20);
        let key = Key::of([b"x".as_slice()]);
        cache.put(&key, &"a value of some length");
        let whole = fs::read(cache.path(&key)).unwrap();
        let mut flipped = whole.clone();
        flipped[MAGIC.len() + SUM + 3] ^= 1;
        for broken in [b"".as_slice(), b"slf1", b"foreign", &whole[..whole.len() - 1], &flipped] {
            fs::write(cache.path(&key), broken).unwrap();
            assert_eq!(cache.get::<String>(&key), None, "{broken:?}");
        }
        cache.put(&key, &"again");
        assert_eq!(cache.get::<String>(&key).as_deref(), Some("again"));
        // Of another shape than it was written in.
        assert_eq!(cache.get::<Vec<(u64, String)>>(&key), None);
    }

    #[test]
    fn keys_tell_lists_of_parts_apart() {
        assert_ne!(Key::of([b"ab".as_slice(), b"c"]), Key::of([b"a".as_slice(), b"bc"]));
    }

    #[test]
    fn the_least_recently_used_goes_when_there_is_too_much() {
        let folder = tempfile::tempdir().unwrap();
        let cache = cache(folder.path(), 2_500);
        let keys: Vec<Key> = (0..4_u8).map(|index| Key::of([[index].as_slice()])).collect();
        for (index, key) in keys.iter().enumerate() {
            cache.put(key, &vec![7_u8; 1_000]);
            let used = now() - Duration::from_secs(60 - index as u64);
            File::options().write(true).open(cache.path(key)).unwrap().set_modified(used).unwrap();
        }
        assert_eq!(cache.tidy(), 2);
        let left: Vec<bool> = keys.iter().map(|key| cache.get::<Vec<u8>>(key).is_some()).collect();
        assert_eq!(left, [false, false, true, true]);
        assert_eq!(cache.tidy(), 0, "nothing was written since");
    }
}
