//! One connection with one channel, closed as a whole.

use crate::{BROKER_TIMEOUT, BusError, within};
use lapin::{Channel, Connection, ConnectionProperties, options::ConfirmSelectOptions, uri::AMQPUri};

/// Largest frame in octets, unless the URL asks for another: longer messages travel in several. The library keeps room
/// for 64 frames with every connection, and jobs are a few hundred octets.
const FRAME_MAX: u32 = 16 * 1024;

/// A connection, its channel and what consume on it.
pub(crate) struct Parts {
    connection: Connection,
    pub(crate) channel: Channel,
    pub(crate) consumers: Vec<lapin::Consumer>,
}

/// Closes its connection when its owner is gone, however that ended. A connection that lingers keeps its consumer,
/// and with one active consumer a queue its lane would stand still. The parts end together: dropped one by one, each
/// asks the broker for its own end, the answers cross, and the connection may stay open.
pub(crate) struct Session(Option<Parts>);

impl Session {
    /// Opens a connection that never recovers by itself: a failure closes it and its owner builds a new one. The
    /// opening runs to its end on its own, so that nobody's giving up leaves a half-open connection behind.
    pub(crate) async fn open(url: &str, name: &str) -> Result<Self, BusError> {
        let options = ConnectionProperties::default().with_connection_name(name.into());
        let mut uri: AMQPUri = url.parse().map_err(|why| lapin::Error::from(std::io::Error::other::<String>(why)))?;
        uri.query.frame_max.get_or_insert(FRAME_MAX);
        let opening = tokio::spawn(async move {
            let connection = within(Connection::connect_uri(uri, options)).await?;
            let channel = within(connection.create_channel()).await?;
            let session = Self(Some(Parts { connection, channel, consumers: Vec::new() }));
            within(session.channel().confirm_select(ConfirmSelectOptions::default())).await?;
            Ok(session)
        });
        let opened = tokio::time::timeout(3 * BROKER_TIMEOUT, opening).await;
        opened.map_err(|_| BusError::TimedOut)?.map_err(|_| BusError::TimedOut)?
    }

    pub(crate) fn parts(&mut self) -> &mut Parts {
        self.0.as_mut().unwrap_or_else(|| unreachable!("taken only by close and drop"))
    }

    pub(crate) fn channel(&self) -> &Channel {
        &self.0.as_ref().unwrap_or_else(|| unreachable!("taken only by close and drop")).channel
    }

    pub(crate) fn connected(&self) -> bool {
        self.0.as_ref().is_some_and(|parts| parts.connection.status().connected() && parts.channel.status().connected())
    }

    pub(crate) async fn close(mut self) -> Result<(), BusError> {
        match self.0.take() {
            Some(parts) => end(parts).await,
            None => Ok(()),
        }
    }
}

async fn end(parts: Parts) -> Result<(), BusError> {
    let closed = within(parts.connection.close(200, "done".into())).await;
    drop(parts);
    closed
}

impl Drop for Session {
    fn drop(&mut self) {
        if let Some(parts) = self.0.take()
            && let Ok(runtime) = tokio::runtime::Handle::try_current()
        {
            runtime.spawn(async move {
                if let Err(error) = end(parts).await {
                    tracing::debug!(%error, "connection not closed in order");
                }
            });
        }
    }
}
