//! Names that must not be confused with one another, as newtypes.

use std::fmt;
use std::sync::Arc;

use serde::{Deserialize, Serialize};

macro_rules! text_id {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(transparent)]
        pub struct $name(Arc<str>);

        impl $name {
            pub fn new(text: impl Into<Arc<str>>) -> Self {
                Self(text.into())
            }
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }
        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }
        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                fmt::Debug::fmt(&*self.0, f)
            }
        }
        impl From<&str> for $name {
            fn from(text: &str) -> Self {
                Self::new(text)
            }
        }
        /// Lets maps keyed by it be asked with plain text; sound because the derived `Hash` and `Eq` are those of the text.
        impl std::borrow::Borrow<str> for $name {
            fn borrow(&self) -> &str {
                &self.0
            }
        }
        impl AsRef<str> for $name {
            fn as_ref(&self) -> &str {
                &self.0
            }
        }
    };
}

text_id! {
    /// A path inside the repository: `/`-separated, relative to the root, never starting with `/`.
    FilePath
}
text_id! {
    /// `owner/name` of a repository.
    RepoName
}
text_id! {
    /// A full git object id of a commit, in lower-case hex.
    CommitSha
}
text_id! {
    /// `family/slug` of a rule, for example `tracing/span-not-ended`.
    RuleId
}

impl FilePath {
    /// The last component: `b.go` of `a/b.go`.
    pub fn file_name(&self) -> &str {
        self.as_str().rsplit('/').next().unwrap_or_default()
    }

    /// The folder, without a trailing slash; empty at the root.
    pub fn folder(&self) -> &str {
        self.as_str().rsplit_once('/').map_or("", |(folder, _)| folder)
    }

    /// What follows the last dot of the file name, or nothing.
    pub fn extension(&self) -> &str {
        self.file_name().rsplit_once('.').map_or("", |(_, ext)| ext)
    }
}

impl RepoName {
    /// `("owner", "name")`; a name without a slash has an empty owner.
    pub fn parts(&self) -> (&str, &str) {
        self.as_str().split_once('/').unwrap_or(("", self.as_str()))
    }
}

impl CommitSha {
    /// The first seven digits, as GitHub shows them.
    pub fn short(&self) -> &str {
        self.as_str().get(..7).unwrap_or(self.as_str())
    }
}

impl RuleId {
    pub fn family(&self) -> &str {
        self.as_str().split_once('/').map_or("", |(family, _)| family)
    }

    pub fn slug(&self) -> &str {
        self.as_str().split_once('/').map_or(self.as_str(), |(_, slug)| slug)
    }
}
