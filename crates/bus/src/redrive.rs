//! Back from the dead: jobs whose cause was mended.

use crate::{
    BusError, Envelope, Topology, envelope,
    publish::{PublishError, send, settled},
    session::Session,
    within,
};
use lapin::options::{BasicAckOptions, BasicGetOptions};

/// Moves at most `max` dead jobs back to the queues they were meant for; returns how many.
pub async fn redrive(url: &str, topology: &Topology, max: usize) -> Result<usize, PublishError> {
    let session = Session::open(url, "meridian redrive").await?;
    let channel = session.channel();
    topology.declare(channel).await?;
    let mut moved = 0;
    while moved < max {
        let got = within(channel.basic_get(topology.dead().as_str().into(), BasicGetOptions::default())).await?;
        let Some(message) = got else { break };
        let target = envelope::origin(&message.delivery.properties);
        let job = serde_json::from_slice::<Envelope>(&message.delivery.data).ok().filter(|job| !job.job.is_null());
        if let (Some(target), Some(mut job)) = (target, job) {
            job.attempt = 0;
            let confirm = send(channel, "", &target, &target, &job, None).await?;
            settled(confirm.await.map_err(BusError::from)?, &target)?;
            moved += 1;
        }
        within(message.delivery.acker.ack(BasicAckOptions::default())).await?;
    }
    session.close().await?;
    Ok(moved)
}
