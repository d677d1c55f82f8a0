//! Versions of dependencies, as far as tables ask: "at least", "below".

/// `next >= 15.0.0`; the name may end with `*`.
pub(super) struct Condition {
    pub(super) package: String,
    below: bool,
    version: [u32; 3],
}

impl Condition {
    pub(super) fn parse(text: &str) -> Result<Self, String> {
        let parts: Vec<&str> = text.split_whitespace().collect();
        let [package, operator, version] = parts[..] else { return Err(format!("not a condition: {text}")) };
        let below = match operator {
            "<" => true,
            ">=" => false,
            _ => return Err(format!("neither < nor >=: {text}")),
        };
        let version = numbers(version).ok_or_else(|| format!("no version: {text}"))?;
        Ok(Self { package: package.to_owned(), below, version })
    }

    /// Whether a requirement (`^1.2.3`, `==1.2`, `v1.2.3`) meets it for certain.
    pub(super) fn holds(&self, requirement: &str) -> bool {
        let Some(version) = numbers(requirement) else { return false };
        // `>=1.0` may be any later one.
        let open = requirement.trim_start().starts_with('>');
        if self.below { version < self.version && !open } else { version >= self.version }
    }
}

/// The first version in a text; what is left out counts as zero.
fn numbers(text: &str) -> Option<[u32; 3]> {
    let from = text.find(|character: char| character.is_ascii_digit())?;
    let mut parts =
        text[from..].split(|character: char| character != '.' && !character.is_ascii_digit()).next()?.split('.');
    let mut next = || parts.next().and_then(|part| part.parse().ok()).unwrap_or(0);
    Some([next(), next(), next()])
}

/// Whether a name is the wanted one, or begins with what stands before a `*`; answers with what the star stands for.
pub(super) fn matched<'n>(wanted: &str, name: &'n str) -> Option<&'n str> {
    match wanted.strip_suffix('*') {
        Some(start) => name.strip_prefix(start),
        None => (wanted == name).then_some(""),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn requirements_meet_conditions() {
        let since = Condition::parse("next >= 15.0.0").unwrap();
        assert!(since.holds("^15.1.0") && since.holds("v16") && !since.holds("14.2.3") && !since.holds("latest"));
        let before = Condition::parse("next < 15.0.0").unwrap();
        assert!(before.holds("~14.2") && !before.holds(">=13") && !before.holds("15.0.0"));
        assert!(Condition::parse("next ~ 1").is_err());
    }

    #[test]
    fn a_star_stands_for_the_rest() {
        assert_eq!(matched("opentelemetry-instrumentation-*", "opentelemetry-instrumentation-flask"), Some("flask"));
        assert_eq!((matched("a", "a"), matched("a", "ab")), (Some(""), None));
    }
}
