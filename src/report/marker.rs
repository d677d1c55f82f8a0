//! The hidden last line by which Sightline knows its own comments again. Only the last line counts: whatever the text
//! above quotes cannot pretend to be one, and only comments of our own authorship are ever asked.

const FINDING: &str = "<!-- sightline:finding v1 ";
const END: &str = " -->";

/// The last line of the summary comment.
pub const SUMMARY: &str = "<!-- sightline:summary v1 -->";

/// What the comment says about its finding.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Standing {
    /// It is there.
    Open,
    /// It was there; the comment says what became of it.
    Closed,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FindingMark {
    pub fingerprint: String,
    pub standing: Standing,
}

impl FindingMark {
    pub fn line(fingerprint: &str, standing: Standing) -> String {
        let state = if standing == Standing::Closed { " closed" } else { "" };
        format!("{FINDING}{}{state}{END}", safe(fingerprint))
    }

    pub fn of_body(body: &str) -> Option<Self> {
        let inside = last_line(body).strip_prefix(FINDING)?.strip_suffix(END)?;
        let (fingerprint, standing) = match inside.split_once(' ') {
            None => (inside, Standing::Open),
            Some((fingerprint, "closed")) => (fingerprint, Standing::Closed),
            Some(_) => return None,
        };
        Some(Self { fingerprint: fingerprint.to_owned(), standing })
    }
}

pub fn is_summary(body: &str) -> bool {
    last_line(body) == SUMMARY
}

/// The text above the marker.
pub fn without_marker(body: &str) -> &str {
    let body = body.trim_end();
    body.rfind('\n').map_or("", |at| body[..at].trim_end())
}

/// A fingerprint as it stands in a marker: anything that could end the comment is dropped.
pub fn safe(fingerprint: &str) -> String {
    fingerprint
        .chars()
        .filter(|c| c.is_ascii_alphanumeric() || matches!(c, '.' | '_' | ':' | '/' | '~'))
        .take(128)
        .collect()
}

fn last_line(body: &str) -> &str {
    body.trim_end().rsplit('\n').next().unwrap_or_default().trim()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_marker_is_read_back() {
        for standing in [Standing::Open, Standing::Closed] {
            let body = format!("text\r\n\r\n{}\r\n", FindingMark::line("a1b2", standing));
            assert_eq!(FindingMark::of_body(&body), Some(FindingMark { fingerprint: "a1b2".into(), standing }));
            assert_eq!(without_marker(&body), "text");
        }
        assert!(is_summary(&format!("x\n{SUMMARY}")));
    }

    #[test]
    fn quoted_markers_and_hostile_fingerprints_are_nothing() {
        let quoted = format!("```suggestion\n{}\n```\nend", FindingMark::line("a1", Standing::Open));
        assert_eq!(FindingMark::of_body(&quoted), None);
        assert_eq!(FindingMark::line("a --> <b>", Standing::Open), "<!-- sightline:finding v1 ab -->");
        assert_eq!(FindingMark::of_body(""), None);
    }
}
