//! Setting a tenant up.

mod assistant;
mod capacity;
mod channels;
mod codes;
mod crowd;
mod demo;
mod holidays;
mod idempotency;
mod integrations;
mod line;
mod lookup;
mod overflow;
mod people;
mod places;
mod plans;
mod queues;
mod refused;
mod remove;
mod shadow;
mod templates;
mod verifiers;
mod webhooks;
mod workspace;

pub use capacity::save_capacity;
pub use channels::{
    AccountChange, Connected, NewAccount, Tested, connect_account, rotate_account_secret, set_account_active,
    test_account, update_account,
};
pub use codes::{NewCode, save_code};
pub use crowd::{Crowd, seed_crowd};
pub use demo::{Demo, DemoIds, DemoLogin, DemoWorld, demo_ids, demo_secret, demo_webhook_secret, seed_demo};
pub use holidays::{DayChange, import_holidays};
pub use idempotency::IdempotencyKey;
pub use integrations::{NewBot, NewSecret, create_key, revoke_key, rotate_bot_secret, save_bot};
pub use line::save_line;
pub use lookup::{LookupTrial, rotate_lookup_secret, save_lookup, test_lookup};
pub use overflow::{save_overflow, set_partner};
pub use people::{PeopleRefused, Person, create_agent, set_agent_active, update_agent};
pub use places::{NewSite, except_day, save_branch, save_site, save_team, unexcept_day};
pub(crate) use plans::check as check_plan;
pub use plans::{Example, Trial, plan_history, publish_plan, revert_plan, try_plan};
pub use queues::{NewQueue, save_queue, save_skill};
pub use refused::SetupRefused;
pub use remove::{delete_queue, delete_site, delete_skill};
pub use shadow::{InShadow, Shadow, shadow_of, start_shadow, stop_shadow};
pub use templates::{
    Template, read_templates, remove_template, save_template, sync_templates, templates_for, templates_of,
};
pub use verifiers::{NewVerifier, save_sub_addresses, save_verifier};
pub use webhooks::{
    NewEndpoint, recover_endpoint, remove_endpoint, resend_delivery, rotate_endpoint_secret, save_endpoint,
    set_endpoint_active, test_endpoint,
};
pub use workspace::{NewWorkspace, Workspace, create_workspace, reset_password};
