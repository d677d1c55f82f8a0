//! Change sets by git: real repositories, the real protocol.

use std::time::{Duration, SystemTime};

use secrecy::SecretString;
use sightline::model::{ChangeSet, CommitSha, Content, FileChange, FileStatus, RepoName};
use sightline::workspace::{Cache, Fetch, FetchFailure, Head, Limits, WorkspaceError, local, local_with};

use crate::repository::Repository;
use crate::smart_http::SmartHttp;

fn find<'a>(change: &'a ChangeSet, path: &str) -> &'a FileChange {
    change
        .files
        .iter()
        .find(|file| file.path.as_str() == path)
        .unwrap_or_else(|| panic!("{path} is not in {change:#?}"))
}

fn paths(change: &ChangeSet) -> Vec<&str> {
    let mut paths: Vec<&str> = change.files.iter().map(|file| file.path.as_str()).collect();
    paths.sort_unstable();
    paths
}

fn text(content: &Content) -> &str {
    let Some(text) = content.text() else { panic!("no text but {content:?}") };
    text
}

/// main: one commit; feature: every kind of change.
fn varied() -> Repository {
    let repo = Repository::new();
    repo.write("src/a.go", "package a\n\nfunc A() {\n}\n")
        .write("src/moved.py", "one\ntwo\nthree\nfour\nfive\n")
        .write("gone.rs", "fn gone() {}\n")
        .write("mode.sh", "echo\n")
        .write("image.bin", b"\0\x01\x02")
        .write("kind", "a file\n")
        .write("no newline.txt", "a")
        .write("api/x.pb.go", "package api\n")
        .write(".gitattributes", "*.pb.go linguist-generated\n")
        .write(".github/sightline.yml", "level: observe\n")
        .write("go.mod", "module example.com/a\n");
    repo.commit("base");
    repo.git(&["checkout", "-q", "-b", "feature"]);
    repo.write("src/a.go", "package a\n\nfunc A() {\n\tB()\n}\n")
        .write("empty.ts", "")
        .write("ünï \"code\"\n.java", "class A {}\n")
        .write("latin.py", b"# caf\xe9\n")
        .write("image.bin", b"\0\x01\x03")
        .write("no newline.txt", "b")
        .write("api/x.pb.go", "package api // 2\n")
        .write(".gitattributes", "*.go linguist-generated\n")
        .write(".github/sightline.yml", "level: gate\n")
        .remove("gone.rs")
        .remove("kind");
    repo.git(&["mv", "src/moved.py", "src/renamed.py"]);
    repo.write("src/renamed.py", "one\ntwo\nthree!\nfour\nfive\n");
    std::os::unix::fs::symlink("/etc/passwd", repo.file("kind")).unwrap();
    std::fs::set_permissions(repo.file("mode.sh"), std::os::unix::fs::PermissionsExt::from_mode(0o755)).unwrap();
    repo.commit("feature");
    repo
}

#[test]
fn every_kind_of_change_is_told_as_it_is() {
    let repo = varied();
    let fetched = local(repo.path(), None, &Head::Rev("HEAD".to_owned())).unwrap();
    let change = &fetched.change;
    assert_eq!(fetched.compared_with, "the merge base with main");
    assert_eq!(fetched.notes, []);
    assert_eq!(change.head.as_ref().unwrap().as_str(), repo.git(&["rev-parse", "HEAD"]));

    let modified = find(change, "src/a.go");
    assert_eq!(modified.status, FileStatus::Modified);
    assert_eq!((modified.hunks[0].added.as_slice(), modified.hunks[0].removed.len()), (&[4][..], 0));
    assert!(text(&modified.base).ends_with("func A() {\n}\n") && text(&modified.head).contains("\tB()"));

    let renamed = find(change, "src/renamed.py");
    assert_eq!((renamed.status, renamed.old_path.as_ref().unwrap().as_str()), (FileStatus::Renamed, "src/moved.py"));
    assert_eq!((renamed.is_added(3), renamed.is_removed(3), renamed.is_added(2)), (true, true, false));

    assert_eq!(
        (&find(change, "gone.rs").head, find(change, "gone.rs").status),
        (&Content::Absent, FileStatus::Removed)
    );
    assert_eq!(text(&find(change, "empty.ts").head), "");
    assert_eq!(text(&find(change, "ünï \"code\"\n.java").head), "class A {}\n");
    assert_eq!(find(change, "latin.py").head, Content::NotUtf8);
    assert_eq!(find(change, "image.bin").head, Content::Binary);
    assert_eq!(find(change, "kind").head, Content::NotAFile);
    assert!(find(change, "mode.sh").hunks.is_empty());
    assert_eq!(find(change, "no newline.txt").hunks[0].added, [1]);
}

#[test]
fn configuration_and_attributes_are_those_of_the_base() {
    let repo = varied();
    let fetched = local(repo.path(), Some("main"), &Head::Rev("feature".to_owned())).unwrap();
    assert_eq!(fetched.config.as_deref(), Some("level: observe\n"));
    assert_eq!(find(&fetched.change, "api/x.pb.go").linguist.generated, Some(true));
    assert_eq!(find(&fetched.change, "src/a.go").linguist.generated, None);
    let neighbours: Vec<&str> = fetched.change.neighbours.iter().map(|near| near.path.as_str()).collect();
    assert!(neighbours.contains(&"go.mod"), "{neighbours:?}");
    assert!(fetched.change.tree.iter().any(|path| path.as_str() == "src/renamed.py"));
}

#[test]
fn rules_are_those_of_the_base() {
    let repo = Repository::new();
    let rule = |name: &str| format!(".github/sightline/rules/{name}");
    repo.write(&rule("kept.yml"), "kept\n")
        .write(&rule("team/edited.yaml"), "before\n")
        .write(&rule("removed.yml"), "removed\n")
        .write(&rule("kept-test.yml"), "a test\n")
        .write(&rule("README.md"), "words\n");
    for number in 0..20 {
        repo.write(&format!("{number}.txt"), "text\n");
    }
    repo.commit("base");
    repo.git(&["checkout", "-q", "-b", "feature"]);
    repo.write(&rule("added.yml"), "added\n").write(&rule("team/edited.yaml"), "after\n").remove(&rule("removed.yml"));
    repo.commit("feature");
    let head = || Head::Rev("feature".to_owned());
    let read = |limits: &Limits| {
        let change = local_with(repo.path(), Some("main"), &head(), limits).unwrap().change;
        let rules = change.rules.iter().map(|file| format!("{} {}", file.path.file_name(), file.text.trim()));
        rules.collect::<Vec<_>>()
    };
    let expected = ["kept.yml kept", "removed.yml removed", "edited.yaml before"];
    assert_eq!(read(&Limits::default()), expected);
    // A tree that cannot be listed is asked for the folder alone.
    assert_eq!(read(&Limits { tree_bytes: 1_000, ..Limits::default() }), expected);
}

#[test]
fn the_index_and_the_working_tree_are_heads_too_and_are_only_read() {
    let repo = varied();
    repo.write("src/a.go", "package a\n// staged\n");
    repo.git(&["add", "src/a.go"]);
    repo.write("src/a.go", "package a\n// working\n").write("untracked.go", "package u\n").write("ignored.log", "x\n");
    repo.write(".gitignore", "*.log\n");
    let before = (repo.git(&["count-objects", "-v"]), std::fs::read(repo.file(".git/index")).unwrap());

    let staged = local(repo.path(), None, &Head::Staged).unwrap();
    assert_eq!(paths(&staged.change), ["src/a.go"]);
    assert_eq!(text(&find(&staged.change, "src/a.go").head), "package a\n// staged\n");
    assert_eq!(staged.change.head, None);

    let working = local(repo.path(), Some("HEAD"), &Head::WorkingTree).unwrap();
    assert_eq!(paths(&working.change), [".gitignore", "src/a.go", "untracked.go"]);
    assert_eq!(text(&find(&working.change, "src/a.go").head), "package a\n// working\n");
    assert_eq!((repo.git(&["count-objects", "-v"]), std::fs::read(repo.file(".git/index")).unwrap()), before);
}

#[test]
fn on_the_default_branch_the_last_commit_or_the_uncommitted_change_is_meant() {
    let repo = Repository::new();
    repo.write("a.go", "package a\n").commit("first");
    let root = local(repo.path(), None, &Head::Rev("HEAD".to_owned())).unwrap();
    assert_eq!((root.change.base.clone(), root.compared_with.as_str()), (None, "the empty tree"));
    assert_eq!(find(&root.change, "a.go").status, FileStatus::Added);
    repo.write("b.go", "package a\n").commit("second");
    let clean = local(repo.path(), None, &Head::WorkingTree).unwrap();
    assert_eq!((paths(&clean.change), clean.compared_with.as_str()), (vec!["b.go"], "the first parent"));
    repo.write("c.go", "package a\n");
    assert_eq!(paths(&local(repo.path(), None, &Head::WorkingTree).unwrap().change), ["c.go"]);
}

#[test]
fn a_subfolder_and_a_hostile_configuration_change_nothing() {
    let repo = varied();
    let trap = repo.file("trap");
    let program = format!("touch {}", trap.display());
    for key in
        ["core.fsmonitor", "diff.external", "filter.x.clean", "filter.x.process", "core.pager", "diff.y.textconv"]
    {
        repo.git(&["config", key, &program]);
    }
    repo.git(&["config", "core.hooksPath", "/nowhere"]);
    repo.write(".git/info/attributes", "*.go filter=x diff=y\n").write("src/new.go", "package a\n");
    let fetched = local(&repo.file("src"), None, &Head::WorkingTree).unwrap();
    assert_eq!(find(&fetched.change, "src/new.go").hunks[0].added, [1]);
    assert!(!trap.exists(), "a program of the repository's configuration ran");
}

#[test]
fn an_attribute_of_the_change_cannot_hide_its_diff() {
    let repo = Repository::new();
    repo.write("a.go", "package a\n").commit("base");
    repo.write("a.go", "package a\nvar b = 1\n").write(".gitattributes", "*.go -diff binary\n");
    let fetched = local(repo.path(), None, &Head::WorkingTree).unwrap();
    assert_eq!(find(&fetched.change, "a.go").hunks[0].added, [2]);
}

#[test]
fn limits_describe_what_was_not_read() {
    let repo = Repository::new();
    repo.commit("base");
    for index in 0..6 {
        repo.write(&format!("{index}.txt"), format!("{index}\n"));
    }
    repo.write("big.go", "x\n".repeat(2_000)).write("small.go", "package a\n");
    let limits = Limits { files: 4, file_bytes: 1_000, ..Limits::default() };
    let whole = local_with(repo.path(), None, &Head::WorkingTree, &limits).unwrap();
    assert_eq!(find(&whole.change, "big.go").head, Content::TooLarge { bytes: 4_000 });
    repo.git(&["checkout", "-q", "-b", "feature"]);
    repo.commit("feature");
    let fetched = local_with(repo.path(), None, &Head::Rev("HEAD".to_owned()), &limits).unwrap();
    assert_eq!(fetched.change.files.len(), 8);
    assert_eq!(text(&find(&fetched.change, "small.go").head), "package a\n");
    assert_eq!(find(&fetched.change, "small.go").hunks.len(), 1);
    let unread = fetched.change.files.iter().filter(|file| matches!(file.head, Content::Unavailable(_))).count();
    assert_eq!(unread, 4);
    assert_eq!(fetched.notes[0].text, "8 files changed; only 4 were read");

    let tight = Limits { total_bytes: 11, ..Limits::default() };
    let fetched = local_with(repo.path(), None, &Head::Rev("HEAD".to_owned()), &tight).unwrap();
    assert_eq!(text(&find(&fetched.change, "small.go").head), "package a\n");
    assert!(matches!(find(&fetched.change, "5.txt").head, Content::Unavailable(_)));
    let never = Limits { time: Duration::ZERO, ..Limits::default() };
    let error = local_with(repo.path(), None, &Head::WorkingTree, &never).unwrap_err();
    assert!(error.is_transient() && matches!(error, WorkspaceError::Timeout { .. }), "{error}");
}

#[test]
fn what_cannot_be_compared_is_said_with_a_remedy() {
    let folder = tempfile::tempdir().unwrap();
    let nowhere = local(folder.path(), None, &Head::WorkingTree).unwrap_err();
    assert!(nowhere.to_string().ends_with("is not inside a git repository; name one with --repo"), "{nowhere}");
    let repo = Repository::new();
    let empty = local(repo.path(), None, &Head::Rev("HEAD".to_owned())).unwrap_err();
    assert!(matches!(empty, WorkspaceError::NoCommits { .. }), "{empty}");
    repo.write("a", "a").commit("a");
    for revision in ["nope", "--help", "-x"] {
        let unknown = local(repo.path(), Some(revision), &Head::WorkingTree).unwrap_err();
        assert!(unknown.to_string().starts_with(&format!("`{revision}` names no commit")), "{unknown}");
    }
}

struct Origin {
    repo: Repository,
    server: SmartHttp,
    cache: tempfile::TempDir,
    limits: Limits,
}

const TOKEN: &str = "ghs_not_a_real_token";
/// `x-access-token:ghs_not_a_real_token`
const HEADER: &str = "Basic eC1hY2Nlc3MtdG9rZW46Z2hzX25vdF9hX3JlYWxfdG9rZW4=";

impl Origin {
    fn new(repo: Repository) -> Self {
        let server = SmartHttp::serve(repo.path(), Some(HEADER));
        Self { repo, server, cache: tempfile::tempdir().unwrap(), limits: Limits::default() }
    }

    fn cache(&self) -> Cache {
        Cache::new(self.cache.path().to_owned(), self.limits.clone())
    }

    fn request(&self, base: &str, head: &str) -> Fetch {
        Fetch {
            repo: RepoName::from("acme/shop"),
            url: format!("{}/.git", self.server.url),
            token: Some(SecretString::from(TOKEN)),
            base: CommitSha::from(self.repo.git(&["rev-parse", base]).as_str()),
            head: CommitSha::from(self.repo.git(&["rev-parse", head]).as_str()),
            head_ref: None,
            commits: None,
        }
    }

    fn packs_asked(&self) -> usize {
        self.server.take_seen().iter().filter(|seen| seen.line.starts_with("POST")).count()
    }
}

#[test]
fn a_remote_change_is_the_local_one_and_costs_few_requests() {
    let origin = Origin::new(varied());
    // The base branch moves on: only the merge base counts.
    origin.repo.git(&["checkout", "-q", "main"]);
    origin.repo.write("later.go", "package later\n").commit("later");
    let local = local(origin.repo.path(), Some("main"), &Head::Rev("feature".to_owned())).unwrap();
    let request = origin.request("main", "feature");
    let remote = origin.cache().change_set(&request).unwrap();
    assert_eq!(remote.change.base, local.change.base);
    assert_eq!(paths(&remote.change), paths(&local.change));
    for (one, other) in remote.change.files.iter().zip(&local.change.files) {
        assert_eq!(
            (&one.base, &one.head, &one.hunks, one.linguist),
            (&other.base, &other.head, &other.hunks, other.linguist)
        );
    }
    assert_eq!(remote.config, local.config);
    assert_eq!(remote.change.neighbours.len(), local.change.neighbours.len());
    let seen = origin.server.take_seen();
    // The first request of each process is refused and repeated by nobody: the header is sent at once.
    assert!(seen.iter().all(|seen| seen.authorization.as_deref() == Some(HEADER)), "{seen:?}");
    let posts = seen.iter().filter(|seen| seen.line.starts_with("POST")).count();
    assert!(posts <= 6, "commits, contents and neighbours took {posts} requests");
    origin.cache().change_set(&request).unwrap();
    assert_eq!(origin.packs_asked(), 0, "everything is here already");
}

#[test]
fn history_is_deepened_until_the_branches_meet() {
    let repo = Repository::new();
    repo.write("a.go", "package a\n");
    let fork = repo.commit("fork point");
    repo.git(&["checkout", "-q", "-b", "feature"]);
    repo.write("b.go", "package a\n").commit("feature");
    repo.git(&["checkout", "-q", "main"]);
    for index in 0..100 {
        repo.commit(&format!("main {index}"));
    }
    let origin = Origin::new(repo);
    let fetched = origin.cache().change_set(&origin.request("main", "feature")).unwrap();
    assert_eq!(fetched.change.base.unwrap().as_str(), fork);
    assert_eq!(fetched.change.files.len(), 1);
}

#[test]
fn unrelated_histories_are_compared_directly() {
    let repo = Repository::new();
    repo.write("a.go", "package a\n").commit("main");
    repo.git(&["checkout", "-q", "--orphan", "other"]);
    repo.write("b.go", "package b\n").commit("other");
    let origin = Origin::new(repo);
    let request = origin.request("main", "other");
    let fetched = origin.cache().change_set(&request).unwrap();
    assert_eq!(fetched.change.base.unwrap(), request.base);
    assert_eq!(fetched.change.files.len(), 1);
}

#[test]
fn a_broken_cache_is_made_anew() {
    let origin = Origin::new(varied());
    let request = origin.request("main", "feature");
    origin.cache().change_set(&request).unwrap();
    let folder = origin.cache.path().join("acme%2fshop.git");
    for pack in std::fs::read_dir(folder.join("objects/pack")).unwrap().flatten() {
        let path = pack.path();
        let mut permissions = std::fs::metadata(&path).unwrap().permissions();
        std::os::unix::fs::PermissionsExt::set_mode(&mut permissions, 0o644);
        std::fs::set_permissions(&path, permissions).unwrap();
        std::fs::write(path, "rubbish").unwrap();
    }
    let fetched = origin.cache().change_set(&request).unwrap();
    assert!(!fetched.change.files.is_empty());
}

#[test]
fn refusals_name_their_kind_and_never_the_token() {
    let origin = Origin::new(varied());
    let cache = origin.cache();
    let good = origin.request("main", "feature");
    let failure = |request: &Fetch| match cache.change_set(request).unwrap_err() {
        WorkspaceError::Fetch { failure, message, .. } => {
            assert!(!message.contains(TOKEN) && !message.contains("eC1h"), "{message}");
            failure
        }
        other => panic!("{other:?}"),
    };
    assert_eq!(failure(&Fetch { token: None, ..good.clone() }), FetchFailure::Denied);
    assert_eq!(failure(&Fetch { token: Some(SecretString::from("wrong")), ..good.clone() }), FetchFailure::Denied);
    assert_eq!(
        failure(&Fetch { url: format!("{}/none.git", origin.server.url), ..good.clone() }),
        FetchFailure::NotFound
    );
    let lost = CommitSha::from("1234567890123456789012345678901234567890");
    assert_eq!(failure(&Fetch { head: lost, ..good.clone() }), FetchFailure::MissingCommit);
    assert_eq!(failure(&Fetch { url: "http://127.0.0.1:1/x.git".to_owned(), ..good.clone() }), FetchFailure::Network);
    for url in ["file:///tmp/x", "ext::sh -c id", "/tmp/x", "https://u:p@host/x"] {
        let error = cache.change_set(&Fetch { url: url.to_owned(), ..good.clone() }).unwrap_err();
        assert!(matches!(error, WorkspaceError::Url { .. }), "{error:?}");
    }
    for id in ["--upload-pack=x", "main", ""] {
        let error = cache.change_set(&Fetch { head: CommitSha::from(id), ..good.clone() }).unwrap_err();
        assert!(matches!(error, WorkspaceError::UnknownRevision { .. }), "{error:?}");
    }
}

#[test]
fn two_jobs_share_one_repository_in_turn() {
    let origin = Origin::new(varied());
    let (cache, request) = (origin.cache(), origin.request("main", "feature"));
    let counts = std::thread::scope(|scope| {
        let jobs: Vec<_> =
            (0..4).map(|_| scope.spawn(|| cache.change_set(&request).unwrap().change.files.len())).collect();
        jobs.into_iter().map(|job| job.join().unwrap()).collect::<Vec<_>>()
    });
    assert!(counts.iter().all(|count| *count == counts[0] && *count > 5), "{counts:?}");
}

#[test]
fn what_is_not_used_leaves_the_cache() {
    let origin = Origin::new(varied());
    let cache = origin.cache();
    cache.change_set(&origin.request("main", "feature")).unwrap();
    assert_eq!(cache.evict(SystemTime::now()).unwrap(), 0);
    assert_eq!(cache.evict(SystemTime::now() + Duration::from_secs(30 * 24 * 3_600)).unwrap(), 1);
    assert!(!origin.cache.path().join("acme%2fshop.git").exists());
    cache.change_set(&origin.request("main", "feature")).unwrap();
}

#[test]
fn a_file_whose_content_is_missing_does_not_spoil_the_others() {
    let repo = Repository::new();
    repo.write("a.go", "package a\n").write("lost.go", "package lost\n").commit("base");
    repo.git(&["checkout", "-q", "-b", "feature"]);
    repo.write("a.go", "package a\n\nvar b = 1\n").write("lost.go", "package lost\n\nvar b = 1\n").commit("feature");
    let oid = repo.git(&["rev-parse", "HEAD:lost.go"]);
    repo.remove(&format!(".git/objects/{}/{}", &oid[..2], &oid[2..]));
    let fetched = local(repo.path(), None, &Head::Rev("HEAD".to_owned())).unwrap();
    assert_eq!(find(&fetched.change, "a.go").hunks[0].added, [2, 3]);
    assert!(matches!(find(&fetched.change, "lost.go").head, Content::Unavailable(_)));
    assert!(fetched.notes[0].text.starts_with("contents of 1 changed files are missing"), "{:?}", fetched.notes);
}

#[test]
fn a_server_that_never_answers_is_left_in_time() {
    let silent = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let origin = Origin::new(varied());
    let limits = Limits { time: Duration::from_secs(1), ..Limits::default() };
    let url = format!("http://{}/x.git", silent.local_addr().unwrap());
    let request = Fetch { url, ..origin.request("main", "feature") };
    let started = std::time::Instant::now();
    let error = Cache::new(origin.cache.path().to_owned(), limits).change_set(&request).unwrap_err();
    assert!(matches!(error, WorkspaceError::Timeout { .. }) && error.is_transient(), "{error}");
    assert!(started.elapsed() < Duration::from_secs(10));
    // git's own child, which holds the connection, must be gone too: its end closes the socket.
    let (mut connection, _) = silent.accept().unwrap();
    connection.set_read_timeout(Some(Duration::from_secs(5))).unwrap();
    std::io::Read::read_to_end(&mut connection, &mut Vec::new()).unwrap();
}
