//! Use cases: one file each, verb first. Each authorises, loads, decides (in `domain`), writes and publishes.

pub mod accounts;
pub mod auth;
pub mod authz;
pub mod bots;
pub mod checklists;
pub mod conversations;
pub mod customers;
pub mod delivery;
pub mod emergency;
pub mod identity;
pub mod inbound;
pub mod knowledge;
pub mod lookup;
pub mod media;
pub mod providers;
pub mod pulls;
pub mod red;
pub mod reply_drafts;
pub mod routing;
pub mod scheduled;
pub mod search;
pub mod setup;
pub mod understanding;
pub mod webhooks;

use meridian_store::{Db, Sealer};
use std::sync::Arc;

/// What every use case needs.
#[derive(Clone)]
pub struct App {
    /// The database.
    pub db: Db,
    /// Opens and seals secrets.
    pub sealer: Sealer,
    /// Where the outside world reaches us, without a trailing slash.
    pub public_url: String,
    /// Accounts opened a moment ago.
    pub opened: accounts::Opened,
    /// What senders said of themselves a moment ago.
    pub known: inbound::Known,
    /// Intent models and listening rules in force.
    pub minds: understanding::Minds,
    /// Who was shown typing a moment ago, and the way to show it.
    pub typing: conversations::Typing,
    /// Look-ups in tenants' own systems that are under way.
    pub lookups: lookup::Lookups,
    /// What providers can do, and the way to them.
    pub providers: Arc<dyn providers::Providers>,
    /// A language model is configured: drafts of replies can be asked for.
    pub model: bool,
}

impl App {
    /// Use cases over a database.
    pub fn new(db: Db, sealer: Sealer, public_url: &str, providers: Arc<dyn providers::Providers>) -> Self {
        let public_url = public_url.trim_end_matches('/').to_owned();
        Self {
            db,
            sealer,
            public_url,
            opened: accounts::Opened::default(),
            known: inbound::Known::default(),
            minds: understanding::Minds::default(),
            typing: conversations::Typing::default(),
            lookups: lookup::Lookups::default(),
            providers,
            model: false,
        }
    }
}
