//! Contents of many objects from one `git cat-file --batch`. Sizes are asked for first, so that nothing larger than
//! the limits is ever read into memory.

use std::collections::HashMap;
use std::sync::Arc;

use crate::model::Content;

use super::error::WorkspaceError;
use super::git::Git;
use super::limits::Limits;

/// git's own test: a NUL among the first bytes means binary.
const BINARY_WINDOW: usize = 8_000;

pub(super) struct Blobs {
    contents: HashMap<String, Content>,
    /// Bytes still allowed.
    left: u64,
    pub(super) total_exceeded: bool,
}

impl Blobs {
    pub(super) fn new(limits: &Limits) -> Self {
        Self { contents: HashMap::new(), left: limits.total_bytes, total_exceeded: false }
    }

    /// Loads objects in the order given until the total is used up. Objects already known cost nothing.
    pub(super) fn load<'a>(
        &mut self,
        git: &Git,
        oids: impl IntoIterator<Item = &'a str>,
        limits: &Limits,
    ) -> Result<(), WorkspaceError> {
        let mut wanted: Vec<&str> = Vec::new();
        for oid in oids {
            if !self.contents.contains_key(oid) {
                self.contents.insert(oid.to_owned(), Content::Unavailable("git did not answer".to_owned()));
                wanted.push(oid);
            }
        }
        if wanted.is_empty() {
            return Ok(());
        }
        let mut affordable = Vec::new();
        let mut bytes = 0_u64;
        for (oid, size) in sizes(git, &wanted)? {
            let state = match size {
                None => Content::Unavailable("the object is missing from the repository".to_owned()),
                Some(size) if size > limits.file_bytes => Content::TooLarge { bytes: size },
                Some(size) if size > self.left => {
                    self.total_exceeded = true;
                    let limit = limits.total_bytes >> 20;
                    Content::Unavailable(format!("the change holds more than {limit} MiB of text"))
                }
                Some(size) => {
                    self.left -= size;
                    bytes += size;
                    affordable.push(oid);
                    continue;
                }
            };
            self.contents.insert(oid.to_owned(), state);
        }
        self.read(git, &affordable, bytes)
    }

    pub(super) fn get(&self, oid: &str) -> Option<&Content> {
        self.contents.get(oid)
    }

    fn read(&mut self, git: &Git, oids: &[&str], bytes: u64) -> Result<(), WorkspaceError> {
        if oids.is_empty() {
            return Ok(());
        }
        // Header lines are below 100 bytes even with SHA-256 ids.
        let cap = bytes as usize + oids.len() * 128;
        let answer = git.whole(&["cat-file", "--batch"], oids.join("\n").as_bytes(), cap)?;
        let mut rest = answer.as_slice();
        for oid in oids {
            let (content, after) = one(rest).ok_or_else(|| WorkspaceError::Unexpected {
                doing: "reading file contents",
                detail: format!("object {oid} breaks off"),
            })?;
            self.contents.insert((*oid).to_owned(), content);
            rest = after;
        }
        Ok(())
    }
}

/// The size of each object, in order; nothing for one that is not there.
pub(super) fn sizes<'a>(git: &Git, oids: &[&'a str]) -> Result<Vec<(&'a str, Option<u64>)>, WorkspaceError> {
    let answer = git.whole(&["cat-file", "--batch-check"], oids.join("\n").as_bytes(), oids.len() * 160 + 1_024)?;
    let answer = String::from_utf8_lossy(&answer);
    let lines: Vec<&str> = answer.lines().collect();
    if lines.len() != oids.len() {
        return Err(WorkspaceError::Unexpected {
            doing: "asking for sizes",
            detail: format!("{} answers to {} questions", lines.len(), oids.len()),
        });
    }
    Ok(oids.iter().zip(lines).map(|(oid, line)| (*oid, line.rsplit(' ').next().and_then(|n| n.parse().ok()))).collect())
}

fn one(bytes: &[u8]) -> Option<(Content, &[u8])> {
    let end = bytes.iter().position(|byte| *byte == b'\n')?;
    let header = std::str::from_utf8(&bytes[..end]).ok()?;
    let rest = &bytes[end + 1..];
    let Ok(size) = header.rsplit(' ').next()?.parse::<usize>() else {
        return Some((Content::Unavailable("the object is missing from the repository".to_owned()), rest));
    };
    let body = rest.get(..size)?;
    Some((classify(body), rest.get(size + 1..)?))
}

pub(super) fn classify(body: &[u8]) -> Content {
    if body[..body.len().min(BINARY_WINDOW)].contains(&0) {
        return Content::Binary;
    }
    match std::str::from_utf8(body) {
        Ok(text) => Content::Text(Arc::from(text)),
        Err(_) => Content::NotUtf8,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn answers_are_cut_by_size_and_not_by_line() {
        let answer = b"aa blob 4\na\nb\n\nbb missing\ncc blob 0\n\ndd blob 2\n\xff\xfe\nee blob 3\na\0b\n";
        let (first, rest) = one(answer).unwrap();
        assert_eq!(first, Content::Text("a\nb\n".into()));
        let (second, rest) = one(rest).unwrap();
        assert!(matches!(second, Content::Unavailable(_)));
        let (third, rest) = one(rest).unwrap();
        assert_eq!(third, Content::Text("".into()));
        let (fourth, rest) = one(rest).unwrap();
        assert_eq!(fourth, Content::NotUtf8);
        assert_eq!(one(rest).unwrap().0, Content::Binary);
        assert!(one(b"aa blob 9\nshort").is_none());
    }
}
