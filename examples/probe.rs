use sightline::model::*;
use std::process::Command;
fn git(repo: &str, args: &[&str]) -> String {
    String::from_utf8_lossy(&Command::new("git").args(["-c", "safe.directory=*"]).arg("-C").arg(repo).args(args).output().unwrap().stdout).into_owned()
}
fn main() {
    let args: Vec<String> = std::env::args().skip(1).collect();
    let jobs: Vec<(String, String, String)> = if let Some(f) = args[0].strip_prefix('@') { std::fs::read_to_string(f).unwrap().lines().map(|l| { let p: Vec<&str> = l.split(' ').collect(); (p[0].into(), p[1].into(), p[2].into()) }).collect() } else { args.into_iter().map(|r| (r, "base".into(), "head".into())).collect() };
    for (repo, base, head) in jobs { let (base, head) = (base.as_str(), head.as_str());
        let id = repo.rsplit('/').nth(1).unwrap_or("");
        let names = git(&repo, &["diff", "--name-status", "-M", base, head]);
        let mut files = vec![];
        for l in names.lines() {
            let p: Vec<&str> = l.split('\t').collect();
            let (st, old, new) = match &p[0][..1] {
                "A" => (FileStatus::Added, p[1], p[1]),
                "D" => (FileStatus::Removed, p[1], p[1]),
                "R" => (FileStatus::Renamed, p[1], p[2]),
                _ => (FileStatus::Modified, p[1], p[1]),
            };
            let b = if st == FileStatus::Added {
                Content::Absent
            } else {
                Content::Text(git(&repo, &["show", &format!("{base}:{old}")]).into())
            };
            let h = if st == FileStatus::Removed {
                Content::Absent
            } else {
                Content::Text(git(&repo, &["show", &format!("{head}:{new}")]).into())
            };
            let d = git(&repo, &["diff", "-U3", "-M", base, head, "--", old, new]);
            let mut hunks: Vec<Hunk> = vec![];
            let (mut o, mut n) = (0u32, 0u32);
            for l in d.lines() {
                if let Some(r) = l.strip_prefix("@@ -") {
                    let t: Vec<&str> = r.split(' ').collect();
                    o = t[0].split(',').next().unwrap().parse().unwrap();
                    n = t[1][1..].split(',').next().unwrap().parse().unwrap();
                    hunks.push(Hunk { old_start: o, new_start: n, ..Default::default() });
                    continue;
                }
                let Some(hk) = hunks.last_mut() else { continue };
                match l.bytes().next() {
                    Some(b'+') => {
                        hk.added.push(n);
                        n += 1
                    }
                    Some(b'-') => {
                        hk.removed.push(o);
                        o += 1
                    }
                    Some(b' ') | None => {
                        n += 1;
                        o += 1
                    }
                    _ => {}
                }
            }
            files.push(FileChange {
                path: FilePath::from(new),
                old_path: (old != new).then(|| FilePath::from(old)),
                status: st,
                base: b,
                head: h,
                hunks,
                generated: false,
            });
        }
        let mut tree: Vec<FilePath> =
            git(&repo, &["ls-tree", "-r", "--name-only", head]).lines().map(FilePath::from).collect();
        tree.sort();
        let want = sightline::syntax::wanted(&files, &tree);
        let neighbours = want
            .into_iter()
            .map(|p| Neighbour { text: git(&repo, &["show", &format!("{head}:{p}")]).into(), path: p })
            .collect();
        let change = ChangeSet { base: None, head: None, files, neighbours, tree: tree.into() };
        if std::env::var("STATS").is_ok() {
            let r = sightline::syntax::read(&change, &Default::default());
            let mut c = std::collections::BTreeMap::<String, usize>::new();
            for f in &change.files { let Some(h) = r.head.file(&f.path) else { continue }; let l = h.language.name();
                for (k, n) in [("calls", h.outline.calls.len()), ("named", h.telemetry.names.len()), ("logs", h.telemetry.logs.len()), ("logs>lex", h.telemetry.logs.iter().filter(|x| x.tier > sightline::facts::Tier::Lexical).count()), ("outbound", h.telemetry.outbound.len()), ("failures", h.outline.failures.len()), ("silent", h.outline.failures.iter().filter(|x| h.signal(x).is_none()).count()), ("silentIO", h.outline.failures.iter().filter(|x| h.signal(x).is_none() && h.protected_io(x).next().is_some()).count()), ("entries", h.telemetry.entries.len()), ("spans", h.telemetry.spans.len()), ("metrics", h.telemetry.metrics.len()), ("uses", h.telemetry.metric_uses.len())] { *c.entry(format!("{l} {k}")).or_default() += n; } }
            println!("STATS {c:?}");
            for f in &change.files { let Some(h) = r.head.file(&f.path) else { continue };
                for x in &h.outline.failures { let (a, b) = h.source.lines(x.span); if h.signal(x).is_none() && !matches!(x.kind, sightline::facts::code::FailureKind::Discard | sightline::facts::code::FailureKind::Blank) && f.added_between(a, b) > 0 { println!("SILENT {id} {}:{a} {:?} expl={} types={:?} prot=`{}`", f.path, x.kind, h.explained(x), x.types, h.text(x.protected).lines().next().unwrap_or("")); for l in a..=b.min(a + 6) { println!("    | {}", h.source.line_text(l)); } } } }
        }
        let t = std::time::Instant::now();
        let a = sightline::check::analyse(&change);
        let id = repo.rsplit('/').nth(1).unwrap_or("");
        println!(
            "# {id} {} files {} findings {} notes {:?}",
            change.files.len(),
            a.findings.len(),
            a.notes.len(),
            t.elapsed()
        );
        for f in &a.findings {
            println!("{id} {}:{} {} {:?} {}", f.location.path, f.location.line, f.rule, f.confidence, f.message);
            if std::env::var("V").is_ok() {
                let txt = git(&repo, &["show", &format!("{head}:{}", f.location.path)]);
                for (i, l) in txt.lines().enumerate() {
                    let i = i as u32 + 1;
                    if i + 8 > f.location.line && i < f.location.line + 8 {
                        println!("   {}{i:5} {l}", if i == f.location.line { ">" } else { " " });
                    }
                }
                for e in &f.evidence {
                    println!("     = {}", e.text);
                }
            }
        }
        for n in a.notes {
            println!("NOTE {id} {}", n.text);
        }
    }
}
