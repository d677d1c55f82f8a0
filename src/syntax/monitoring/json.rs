//! JSON token by token: expressions with their lines, and the title of the panel around them. Dashboards are large, so there
//! is no tree.

use super::queries::{MAX_QUERIES, Scalar, is_expression, query};
use crate::facts::{ConsumerKind, Query};

/// Deeper documents are not followed.
const MAX_DEPTH: usize = 200;

#[derive(Default)]
struct Frame {
    title: Option<String>,
    /// The key that holds this object.
    key: String,
    first_query: usize,
}

pub(super) fn queries(text: &str, first_line: u32) -> Vec<Query> {
    let mut out: Vec<Query> = Vec::new();
    let mut frames: Vec<Frame> = Vec::new();
    let mut line = first_line;
    // A string that may turn out to be a key.
    let mut key = String::new();
    let mut pending: Option<(String, u32)> = None;
    let mut tokens = Tokens { text, at: 0 };
    while let Some(token) = tokens.next(&mut line) {
        match token {
            Token::Text(text, at) => match key.is_empty() {
                true => pending = Some((text, at)),
                false => {
                    let key = std::mem::take(&mut key);
                    value(&mut frames, &mut out, &key, text, at);
                }
            },
            Token::Mark(':') => key = pending.take().map(|(text, _)| text).unwrap_or_default(),
            Token::Mark('{') => {
                if frames.len() >= MAX_DEPTH || out.len() >= MAX_QUERIES {
                    return out;
                }
                let key = std::mem::take(&mut key);
                frames.push(Frame { title: None, key, first_query: out.len() });
            }
            Token::Mark('}') => {
                if let Some(frame) = frames.pop() {
                    close(frame, &mut out);
                }
                pending = None;
                key.clear();
            }
            Token::Mark(_) => {
                pending = None;
                key.clear();
            }
        }
    }
    out
}

fn value(frames: &mut [Frame], out: &mut Vec<Query>, key: &str, text: String, line: u32) {
    let Some(frame) = frames.last_mut() else { return };
    if key == "title" {
        frame.title = Some(text);
    } else if is_expression(key, &frame.key) {
        let parent = frame.key.clone();
        let kind = ConsumerKind::Dashboard;
        out.extend(query(Scalar { key, parent: &parent, value: text, line, kind, name: None }));
    }
}

/// Keys are sorted in many exports: a panel says its title after its queries.
fn close(frame: Frame, out: &mut [Query]) {
    let Some(title) = frame.title.filter(|title| !title.is_empty()) else { return };
    for query in out[frame.first_query..].iter_mut().filter(|query| query.name.is_none()) {
        query.name = Some(title.clone());
    }
}

enum Token {
    Text(String, u32),
    Mark(char),
}

struct Tokens<'a> {
    text: &'a str,
    at: usize,
}

impl Tokens<'_> {
    fn next(&mut self, line: &mut u32) -> Option<Token> {
        let bytes = self.text.as_bytes();
        while self.at < bytes.len() {
            let byte = bytes[self.at];
            self.at += 1;
            match byte {
                b'\n' => *line += 1,
                b'"' => {
                    let from = self.at;
                    while self.at < bytes.len() && bytes[self.at] != b'"' {
                        self.at += 1 + usize::from(bytes[self.at] == b'\\');
                    }
                    let raw = self.text.get(from..self.at.min(bytes.len())).unwrap_or_default();
                    self.at += 1;
                    let start = *line;
                    *line += raw.matches('\n').count() as u32;
                    return Some(Token::Text(unescaped(raw), start));
                }
                b':' | b'{' | b'}' | b'[' | b']' | b',' => return Some(Token::Mark(char::from(byte))),
                _ => {}
            }
        }
        None
    }
}

fn unescaped(raw: &str) -> String {
    if !raw.contains('\\') {
        return raw.to_owned();
    }
    serde_json::from_str(&format!("\"{raw}\"")).unwrap_or_else(|_| raw.replace("\\\"", "\""))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn panels_name_their_queries_whatever_comes_first() {
        let text = "{\"panels\": [\n {\"targets\": [\n  {\"expr\": \"rate(a_total{x=\\\"y\\\"}[5m])\"}],\n  \"title\": \"Rates\"},\n {\"title\": \"Two\", \"targets\": [{\"expr\": \"b_total\"}]}],\n\
            \"templating\": {\"list\": [{\"query\": {\"query\": \"label_values(c_total, x)\"}}]}, \"title\": \"Board\", \"description\": \"d_total\"}";
        let found: Vec<String> = queries(text, 1)
            .iter()
            .map(|query| format!("{} {}@{}", query.title(), query.metrics[0].name, query.metrics[0].line))
            .collect();
        assert_eq!(found, ["dashboard `Rates` a_total@3", "dashboard `Two` b_total@5", "dashboard `Board` c_total@6"]);
    }

    #[test]
    fn broken_documents_end_quietly() {
        for text in ["{\"expr\": \"a_", "{\"expr\"", "{{{\"a\":", "\"\\", "}}}"] {
            assert!(queries(text, 1).len() <= 1);
        }
    }
}
