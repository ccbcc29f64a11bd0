//! Work that goes on to its end also when nobody waits for it any more.

use std::{
    pin::Pin,
    task::{Context, Poll},
};

/// A future that is given to the runtime when it is dropped before its end, and costs no task otherwise.
///
/// A caller that goes away while the server begins a transaction would give the connection back to the pool with the
/// transaction open; so beginning is finished, and what came of it is dropped as a whole.
pub(crate) struct Unbroken<F: Future + Send + 'static>(Option<Pin<Box<F>>>);

impl<F: Future + Send + 'static> Unbroken<F> {
    pub(crate) fn new(work: F) -> Self {
        Self(Some(Box::pin(work)))
    }
}

impl<F: Future + Send + 'static> Future for Unbroken<F> {
    type Output = F::Output;

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Self::Output> {
        let Some(work) = &mut self.0 else { return Poll::Pending };
        let polled = work.as_mut().poll(context);
        if polled.is_ready() {
            self.0 = None;
        }
        polled
    }
}

impl<F: Future + Send + 'static> Drop for Unbroken<F> {
    fn drop(&mut self) {
        if let Some(work) = self.0.take()
            && let Ok(runtime) = tokio::runtime::Handle::try_current()
        {
            // Nobody is left to whom its outcome could be told.
            runtime.spawn(async move { drop(work.await) });
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Unbroken;
    use std::{future::poll_fn, task::Poll};
    use tokio::sync::oneshot;

    #[tokio::test]
    async fn what_nobody_waits_for_is_finished_once_it_was_begun() {
        let (go, gone) = oneshot::channel::<()>();
        let (tell, told) = oneshot::channel();
        let mut work = Box::pin(Unbroken::new(async move {
            let _ = gone.await;
            let _ = tell.send(7);
        }));
        let first = poll_fn(|context| Poll::Ready(work.as_mut().poll(context))).await;
        assert!(first.is_pending());
        drop(work);
        go.send(()).unwrap();
        assert_eq!(told.await, Ok(7));
        assert_eq!(Unbroken::new(async { 3 }).await, 3);
    }
}
