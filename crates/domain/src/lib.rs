//! The rules and the vocabulary of Meridian: pure, without I/O, clock or randomness of its own.
//!
//! Everything that decides (who a message belongs to, who gets a piece of work, whether a site is awake, what a
//! hand-off brief says) lives here as plain functions over plain data, so that the live workers, the simulator and
//! the tests run the very same code.

pub mod actor;
pub mod amendment;
pub mod assistant;
pub mod bot;
pub mod button;
pub mod calendar;
pub mod callback;
pub mod capacity;
pub mod channel;
pub mod checklist;
pub mod emergency;
pub mod event;
pub mod handoff;
pub mod identity;
pub mod ids;
pub mod jobs;
pub mod knowledge;
pub mod live;
pub mod lookup;
pub mod mail;
pub mod media;
pub mod outbound;
pub mod people;
pub mod platform;
pub mod red;
pub mod reply_draft;
pub mod report;
pub mod routing;
pub mod search;
pub mod secret;
pub mod simulation;
pub mod template;
pub mod time;
pub mod transfer;
pub mod understanding;
pub mod webhook;
pub mod work;
pub mod work_code;
