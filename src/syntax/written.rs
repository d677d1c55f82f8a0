//! Names and types as they are written in the source → what they mean without what wraps them.

use crate::facts::code::Call;
use crate::model::Language;

/// The module part of a canonical name: major versions and path separators of the language left out.
pub(super) fn canonical_module(language: Language, module: &str) -> String {
    match language {
        Language::Rust => module.replace("::", "."),
        Language::Go => {
            let version =
                |part: &&str| part.len() > 1 && part.starts_with('v') && part[1..].bytes().all(|b| b.is_ascii_digit());
            module.split('/').filter(|part| !version(part)).collect::<Vec<_>>().join("/")
        }
        _ => module.to_owned(),
    }
}

/// Takes pointers, references, generics and the usual wrappers off a type. Of several results (`(*T, error)`) the one at
/// `position`.
pub(super) fn bare_type(text: &str, position: u32) -> Option<&str> {
    const WRAPPERS: [&str; 17] = [
        "Option",
        "Arc",
        "Rc",
        "Box",
        "Mutex",
        "RwLock",
        "Optional",
        "Awaited",
        "Promise",
        "Readonly",
        "Annotated",
        "Data",
        "LazyLock",
        "OnceLock",
        "OnceCell",
        "LazyCell",
        "Lazy",
    ];
    let mut text = text.trim().trim_start_matches(':').trim_start_matches("->").trim();
    if text.starts_with('(') && text.ends_with(')') {
        text = text[1..text.len() - 1].split(',').nth(position as usize)?.trim();
        // Named results: `(log *zap.Logger, err error)`.
        text = text.rsplit(' ').next()?;
    }
    for _ in 0..8 {
        text = text.trim_start_matches(['*', '&', '?', ' ']);
        if let Some(rest) = text.strip_prefix('\'') {
            text = rest.split_once(' ').map_or("", |(_, rest)| rest);
        }
        text = text.trim_start_matches("mut ").trim_start_matches("dyn ");
        text = text.trim_start_matches("final ").trim_start_matches("impl ").trim_start_matches("[]").trim();
        let open = text.find(['<', '[']);
        let Some(open) = open else { break };
        let head = text[..open].rsplit(['.', ':']).next().unwrap_or_default();
        if !WRAPPERS.contains(&head) {
            text = &text[..open];
            break;
        }
        text = text[open + 1..].trim_end_matches(['>', ']']);
        text = text.split(',').next()?;
    }
    let text = text.split('|').map(str::trim).find(|part| !matches!(*part, "null" | "undefined" | "None" | ""))?;
    let text = text.trim_matches(['"', '\'', '?', ' ']);
    (!text.is_empty() && !text.contains(' ')).then_some(text)
}

/// Languages where calling a class makes an instance of it.
pub(super) fn constructs(language: Language, call: &Call) -> bool {
    let last = call.path.last().map_or("", String::as_str);
    match language {
        Language::Python => last.starts_with(char::is_uppercase),
        Language::Rust => matches!(last, "new" | "default" | "connect" | "from_env"),
        _ => false,
    }
}

pub(super) fn constructed(language: Language, name: &str) -> String {
    match language {
        Language::Rust => name.rsplit_once('.').map_or(name, |(ty, _)| ty).to_owned(),
        _ => name.to_owned(),
    }
}

/// Rust: methods whose result is the receiver again, as far as its type matters here.
pub(super) fn keeps_type(language: Language, method: &str) -> bool {
    let methods = [
        "unwrap",
        "expect",
        "clone",
        "as_ref",
        "as_mut",
        "borrow",
        "lock",
        "unwrap_or_default",
        "to_owned",
        "into_inner",
    ];
    language == Language::Rust && methods.contains(&method)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn types_are_freed_of_what_wraps_them() {
        assert_eq!(bare_type("*zap.Logger", 0), Some("zap.Logger"));
        assert_eq!(bare_type("(*zap.Logger, error)", 0), Some("zap.Logger"));
        assert_eq!(bare_type("Option<Arc<reqwest::Client>>", 0), Some("reqwest::Client"));
        assert_eq!(bare_type(": Logger | null", 0), Some("Logger"));
        assert_eq!(bare_type("&'a mut Span", 0), Some("Span"));
        assert_eq!(bare_type("-> impl Future + Send", 0), None);
    }

    #[test]
    fn major_versions_are_not_part_of_a_go_name() {
        assert_eq!(canonical_module(Language::Go, "github.com/jackc/pgx/v5/pgxpool"), "github.com/jackc/pgx/pgxpool");
    }
}
