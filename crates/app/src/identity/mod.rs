//! Who is who: confirming, merging, taking back, splitting, declaring; recognition off the hot path. Links move; parties,
//! sessions and items never do.

mod declare;
mod import;
mod merge;
mod recognise;
mod review;
mod runs;
mod split;
mod verify;
mod vouch;

pub use declare::{DeclareRefused, declare};
pub use import::{ImportRefused, preview};
pub use merge::{MergeRefused, Unmerged, merge, unmerge};
pub use recognise::{learn, recognise};
pub use review::{confirm, refuse, reopen};
pub(crate) use runs::compare_all;
pub use runs::{RunRefused, dedupe, fail as fail_run, go_on, progress, run, start};
pub use split::split;
pub(crate) use verify::forget_pairs;
pub use verify::{
    Address, Claimed, NewCheck, OutsideVerification, Recorded, Subjected, VerifyRefused, record, signal_ended,
    take_outside, withdraw_consent,
};
pub(crate) use vouch::same_as;
pub use vouch::{confirm_identity, import_identity, whose};

use crate::conversations::topics;
use meridian_domain::{
    ids::{ConversationId, CustomerId},
    jobs::Job,
    live::{Change, Topic},
};
use meridian_store::{
    StoreError, WriteTx,
    conversations::{self, View},
    moves::Touched,
};
use uuid::Uuid;

/// Open conversations of a customer whose viewers are told of a change.
const MOST_TOLD: i64 = 20;

/// Tells everybody who looks at one of the customers or their conversations. What was divided is read again: nobody
/// keeps on the screen what is a stranger's now.
pub(crate) async fn tell(tx: &mut WriteTx, customers: &[CustomerId], touched: &[Touched]) -> Result<(), StoreError> {
    let mut changed: Vec<ConversationId> = touched.iter().map(|t| t.conversation).collect();
    changed.extend(touched.iter().filter_map(|t| t.divided));
    let divided: Vec<ConversationId> = touched.iter().filter(|t| t.divided.is_some()).map(|t| t.conversation).collect();
    let rows: Vec<Uuid> = changed.iter().map(|id| id.0).collect();
    for now in conversations::many(tx, &rows).await? {
        let (conversation, concerned) = (now.id, topics(&now, None));
        tx.live(&concerned, Change::Conversation { conversation });
        if divided.contains(&conversation) {
            tx.live(&concerned, Change::Reread { conversation });
        }
    }
    for customer in customers {
        let mut concerned = vec![Topic::Floor];
        let theirs = conversations::page(tx, View::Customer(*customer), None, MOST_TOLD).await?;
        concerned.extend(theirs.iter().flat_map(|conversation| topics(conversation, None)));
        // Those who looked at a conversation that went elsewhere, too.
        concerned.extend(touched.iter().map(|t| Topic::Conversation(t.conversation)));
        concerned.sort_unstable();
        concerned.dedup();
        tx.live(&concerned, Change::Customer { customer: *customer });
    }
    Ok(())
}

/// Seconds after which a customer is looked at: what its first messages say is there then.
const LOOK_AFTER: f64 = 1.0;

/// Has a customer looked at soon, off the hot path.
pub(crate) fn look_at(tx: &mut WriteTx, customers: impl IntoIterator<Item = CustomerId>) {
    for customer in customers {
        tx.job_in(&Job::Recognise { customer }, customer.0, LOOK_AFTER);
    }
}

/// Ids as the store takes them.
fn raw(ids: &[CustomerId]) -> Vec<Uuid> {
    ids.iter().map(|id| id.0).collect()
}
