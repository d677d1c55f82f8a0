//! What GitHub knows: accounts, Apps, installations, repositories. Plain data; no HTTP, no git, no clock.
//!
//! Numbers are given out by one counter, so that no two things of a world share one and a mix-up of ids cannot pass.

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use chrono::{DateTime, Utc};

use super::checks::{CheckRun, CheckSuite};
use super::delivery::Delivery;
use super::keys::AppKey;
use super::pull::{IssueComment, Pull, Thread};

pub(super) type Time = DateTime<Utc>;

#[derive(Default)]
pub(super) struct World {
    last_id: u64,
    pub(super) accounts: BTreeMap<String, Account>,
    pub(super) apps: BTreeMap<u64, App>,
    pub(super) installations: BTreeMap<u64, Installation>,
    pub(super) repos: BTreeMap<String, Repo>,
    pub(super) tokens: HashMap<String, Token>,
    pub(super) deliveries: Vec<Delivery>,
    /// Codes of the manifest flow that have not been exchanged yet, with the App each stands for.
    pub(super) manifest_codes: HashMap<String, (u64, Time)>,
    /// Requests each installation made in the running hour.
    pub(super) spent: HashMap<u64, u64>,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum AccountKind {
    Person,
    Bot,
    Organization,
}

#[derive(Clone, Debug)]
pub(super) struct Account {
    pub(super) id: u64,
    pub(super) login: String,
    pub(super) kind: AccountKind,
}

#[derive(Clone)]
pub(super) struct App {
    pub(super) id: u64,
    pub(super) slug: String,
    pub(super) name: String,
    pub(super) owner: String,
    pub(super) url: String,
    pub(super) description: String,
    pub(super) permissions: BTreeMap<String, String>,
    pub(super) events: Vec<String>,
    pub(super) key: Arc<AppKey>,
    pub(super) client_id: String,
    pub(super) hook_id: u64,
    pub(super) hook_url: Option<String>,
    pub(super) webhook_secret: String,
    pub(super) created: Time,
}

impl App {
    /// The account an App writes as.
    pub(super) fn bot(&self) -> String {
        format!("{}[bot]", self.slug)
    }
}

#[derive(Clone)]
pub(super) struct Installation {
    pub(super) id: u64,
    pub(super) app: u64,
    pub(super) account: String,
    /// `None` means every repository of the account.
    pub(super) repos: Option<Vec<String>>,
    pub(super) permissions: BTreeMap<String, String>,
    pub(super) created: Time,
    pub(super) suspended: Option<Time>,
}

impl Installation {
    pub(super) fn covers(&self, full_name: &str) -> bool {
        match &self.repos {
            Some(chosen) => chosen.iter().any(|name| name.eq_ignore_ascii_case(full_name)),
            None => full_name.split('/').next().is_some_and(|owner| owner.eq_ignore_ascii_case(&self.account)),
        }
    }
}

/// What an installation token may do: what it was narrowed to when it was made.
#[derive(Clone)]
pub(super) struct Token {
    pub(super) installation: u64,
    pub(super) app: u64,
    pub(super) expires: Time,
    pub(super) permissions: BTreeMap<String, String>,
    /// `None` means what the installation covers.
    pub(super) repos: Option<Vec<String>>,
}

pub(super) struct Repo {
    pub(super) id: u64,
    pub(super) owner: String,
    pub(super) name: String,
    pub(super) private: bool,
    pub(super) fork_of: Option<String>,
    pub(super) default_branch: String,
    pub(super) last_number: u64,
    pub(super) pulls: BTreeMap<u64, Pull>,
    pub(super) suites: Vec<CheckSuite>,
    pub(super) runs: Vec<CheckRun>,
    pub(super) created: Time,
    pub(super) pushed: Time,
}

impl Repo {
    pub(super) fn full_name(&self) -> String {
        format!("{}/{}", self.owner, self.name)
    }

    pub(super) fn next_number(&mut self) -> u64 {
        self.last_number += 1;
        self.last_number
    }

    /// The thread that holds a review comment.
    pub(super) fn thread_of(&mut self, comment: u64) -> Option<(u64, &mut Thread)> {
        self.pulls.iter_mut().find_map(|(number, pull)| {
            let thread = pull.threads.iter_mut().find(|t| t.comments.iter().any(|c| c.id == comment))?;
            Some((*number, thread))
        })
    }

    pub(super) fn issue_comment(&mut self, comment: u64) -> Option<(u64, &mut IssueComment)> {
        self.pulls
            .iter_mut()
            .find_map(|(number, pull)| Some((*number, pull.comments.iter_mut().find(|found| found.id == comment)?)))
    }

    pub(super) fn run(&mut self, id: u64) -> Option<&mut CheckRun> {
        self.runs.iter_mut().find(|run| run.id == id)
    }
}

impl World {
    pub(super) fn next_id(&mut self) -> u64 {
        // Real ids passed 2^31 years ago; starting there catches a client that keeps them in 32 bits.
        const FIRST: u64 = 3_000_000_000;
        self.last_id = self.last_id.max(FIRST) + 1;
        self.last_id
    }

    /// The account of that name, made on first mention: a world has whoever is spoken of.
    pub(super) fn account(&mut self, login: &str) -> Account {
        if let Some(known) = self.accounts.get(&login.to_lowercase()) {
            return known.clone();
        }
        let kind = if login.ends_with("[bot]") { AccountKind::Bot } else { AccountKind::Person };
        self.add_account(login, kind)
    }

    pub(super) fn add_account(&mut self, login: &str, kind: AccountKind) -> Account {
        let account = Account { id: self.next_id(), login: login.to_owned(), kind };
        self.accounts.insert(login.to_lowercase(), account.clone());
        account
    }

    /// Reads an account without making one; a stranger looks like a person with id 0.
    pub(super) fn known(&self, login: &str) -> Account {
        let stranger = || Account { id: 0, login: login.to_owned(), kind: AccountKind::Person };
        self.accounts.get(&login.to_lowercase()).cloned().unwrap_or_else(stranger)
    }

    pub(super) fn repo(&self, full_name: &str) -> Option<&Repo> {
        self.repos.get(&full_name.to_lowercase())
    }

    pub(super) fn repo_mut(&mut self, full_name: &str) -> Option<&mut Repo> {
        self.repos.get_mut(&full_name.to_lowercase())
    }

    pub(super) fn installation_for(&self, app: u64, full_name: &str) -> Option<&Installation> {
        self.installations.values().find(|i| i.app == app && i.covers(full_name))
    }
}
