//! Parts that are made on all cores and handed on one by one in their order, so that nobody holds them all.

use rayon::prelude::*;

/// How many parts are made at once: work for every thread, and some megabytes of blocks of records.
const AT_ONCE: usize = 16;

/// Makes so many parts on the calling rayon pool and hands each to `put`, in their order, while the next ones are being made.
///
/// ```
/// use tieout::base::in_order;
/// let mut text = String::new();
/// let done: Result<(), ()> = in_order(5, |n| n.to_string(), &mut |part: String| {
///     text.push_str(&part);
///     Ok(())
/// });
/// assert_eq!((done, text.as_str()), (Ok(()), "01234"));
/// ```
///
/// # Errors
/// Those of `put`; nothing is handed on after the first.
pub fn in_order<T: Send, E>(
    parts: usize,
    make: impl Fn(usize) -> T + Sync,
    put: &mut dyn FnMut(T) -> Result<(), E>,
) -> Result<(), E> {
    let made = |from: usize| -> Vec<T> {
        (from..parts.min(from.saturating_add(AT_ONCE))).into_par_iter().map(&make).collect()
    };
    let mut ready = made(0);
    let mut from = AT_ONCE;
    while !ready.is_empty() {
        let (mut next, mut done) = (Vec::new(), Ok(()));
        rayon::in_place_scope(|scope| {
            scope.spawn(|_| next = made(from));
            done = ready.drain(..).try_for_each(&mut *put);
        });
        done?;
        ready = next;
        from = from.saturating_add(AT_ONCE);
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn all_parts_come_in_their_order_until_one_is_refused() {
        for parts in [0, 1, AT_ONCE - 1, AT_ONCE, AT_ONCE + 1, 5 * AT_ONCE + 3] {
            let mut seen = Vec::new();
            let done: Result<(), ()> = in_order(parts, |n| n, &mut |n| {
                seen.push(n);
                Ok(())
            });
            assert_eq!((done, seen), (Ok(()), (0..parts).collect::<Vec<_>>()));
        }
        let mut seen = 0;
        let refused = in_order(100, |n| n, &mut |n| {
            seen += 1;
            if n == 40 { Err(n) } else { Ok(()) }
        });
        assert_eq!((refused, seen), (Err(40), 41));
    }
}
