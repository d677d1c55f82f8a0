//! The App's registration form, as `app.yml` at the root of this repository holds it and as GitHub's manifest flow
//! takes it: what is asked for there is all the App gets here.

use std::collections::BTreeMap;

use serde::Deserialize;

/// The manifest this program registers itself with.
pub const OWN: &str = include_str!("../../app.yml");

#[derive(Debug, Deserialize)]
pub(super) struct Manifest {
    #[serde(default)]
    pub(super) name: String,
    #[serde(default)]
    pub(super) url: String,
    #[serde(default)]
    pub(super) description: String,
    #[serde(default)]
    pub(super) redirect_url: Option<String>,
    #[serde(default)]
    pub(super) hook_attributes: Hook,
    #[serde(default)]
    pub(super) default_permissions: BTreeMap<String, String>,
    #[serde(default)]
    pub(super) default_events: Vec<String>,
}

#[derive(Debug, Default, Deserialize)]
pub(super) struct Hook {
    #[serde(default)]
    pub(super) url: String,
}

/// Events every App gets unasked; GitHub refuses a manifest that lists them.
const UNASKED: [&str; 3] = ["installation", "installation_repositories", "github_app_authorization"];

impl Manifest {
    pub(super) fn from_yaml(text: &str) -> Result<Self, String> {
        let manifest: Self = serde_saphyr::from_str(text).map_err(|error| error.to_string())?;
        manifest.checked()
    }

    pub(super) fn from_json(text: &str) -> Result<Self, String> {
        let manifest: Self = serde_json::from_str(text).map_err(|error| error.to_string())?;
        manifest.checked()
    }

    fn checked(mut self) -> Result<Self, String> {
        if let Some(event) = self.default_events.iter().find(|event| UNASKED.contains(&event.as_str())) {
            return Err(format!("default_events cannot hold {event:?}"));
        }
        if let Some((name, level)) =
            self.default_permissions.iter().find(|(_, level)| !["read", "write", "admin"].contains(&level.as_str()))
        {
            return Err(format!("permission {name} has level {level:?}"));
        }
        self.default_permissions.entry("metadata".to_owned()).or_insert_with(|| "read".to_owned());
        Ok(self)
    }

    /// GitHub makes the short name out of the long one.
    pub(super) fn slug(&self) -> String {
        let dashed: String =
            self.name.chars().map(|c| if c.is_ascii_alphanumeric() { c.to_ascii_lowercase() } else { '-' }).collect();
        dashed.split('-').filter(|part| !part.is_empty()).collect::<Vec<_>>().join("-")
    }
}
