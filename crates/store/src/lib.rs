//! PostgreSQL: the only truth, and the only crate that speaks SQL.
//!
//! The pool is private. [`Db::read`] and [`Db::write`] open a transaction of one tenant (row-level security behind
//! it); [`Db::system`] is for the few jobs that truly cross tenants.

pub mod accounts;
pub mod agents;
pub mod alerts;
pub mod arrivals;
pub mod aside;
pub mod attachments;
pub mod bot_ledger;
pub mod bots;
pub mod bulk;
pub mod bulk_people;
pub mod candidates;
pub mod canned;
pub mod capacity;
mod causes;
pub mod codes;
pub mod consults;
pub mod conversations;
pub mod cursors;
pub mod customers;
mod db;
pub mod deliveries;
pub mod emergency;
mod error;
pub mod handoffs;
pub mod history;
pub mod idempotency;
pub mod identity;
pub mod inbound;
pub mod items;
pub mod keys;
pub mod knowledge;
pub mod line;
pub mod live;
pub mod migrate;
pub mod moves;
pub mod offers;
pub mod opt_outs;
pub mod outbox;
pub mod overflow;
pub mod plans;
pub mod recognition;
pub mod red;
pub mod reports;
pub mod routing;
pub mod runs;
pub mod scheduled;
pub mod seal;
pub mod setup;
pub mod shadow;
pub mod shifts;
pub mod sites;
pub mod system;
pub mod templates;
pub mod then;
pub mod uses;
pub mod webhook_facts;
pub mod webhook_log;
pub mod webhooks;
pub mod work;

pub use db::{Db, DbSettings, IntakeRow, ReadTx, Road, SystemTx, TenantScope, WriteTx};
pub use error::StoreError;
pub use seal::Sealer;
