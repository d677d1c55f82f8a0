//! A repository with one pull request.

use sightline::standin::{Opening, Options, Standin};

pub(super) const REPO: &str = "acme/shop";

pub(super) fn lines(range: std::ops::RangeInclusive<u32>) -> String {
    range.map(|n| format!("line {n}\n")).collect()
}

pub(super) async fn with(options: Options) -> Standin {
    let standin = Standin::start(options).unwrap();
    let base = lines(1..=40);
    standin.add_repository(REPO, &[("a.txt", Some(base.as_bytes()))]).await.unwrap();
    let head = base.replace("line 10\n", "line ten\n").replace("line 30\n", "");
    standin.push(REPO, "change", &[("a.txt", Some(head.as_bytes()))]).await.unwrap();
    standin.open_pull_request(opening("change")).await.unwrap();
    standin
}

/// Subscribed to more than Sightline is, so that the tests can hear it.
pub(super) fn curious() -> String {
    format!("{}  - push\n  - issue_comment\n", sightline::standin::OWN)
}

pub(super) async fn standin() -> Standin {
    with(Options { app: Some(curious()), ..Options::default() }).await
}

pub(super) fn opening(head: &str) -> Opening<'_> {
    Opening {
        repo: REPO,
        base: "main",
        head,
        fork: None,
        title: "A change",
        body: "",
        author: "monalisa",
        draft: false,
    }
}
