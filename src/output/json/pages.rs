//! Large pages for large documents: of a page of 4 KiB that is touched first, the time goes to the interruption, and the notes
//! on a document and the document itself touch nothing but new pages.
//!
//! **There is `unsafe` code here**, one call that hands the system a range of addresses.

/// Grows a vector that is to hold so many elements more and has no room for them; where it is large, in large pages.
///
/// # Errors
/// When there is too little memory; the vector is as it was.
pub(super) fn try_reserve<T>(
    vector: &mut Vec<T>,
    additional: usize,
) -> Result<(), std::collections::TryReserveError> {
    if vector.capacity() - vector.len() < additional {
        vector.try_reserve(additional)?;
        prefer_large_pages(vector);
    }
    Ok(())
}

#[cfg(target_os = "linux")]
#[allow(unsafe_code, reason = "madvise takes addresses")]
fn prefer_large_pages<T>(vector: &mut Vec<T>) {
    use rustix::mm::{Advice, madvise};
    /// The usual size of a page; where pages are larger, the advice is refused.
    const PAGE: usize = 4096;
    /// Less than this has no place for a large page.
    const LARGE: usize = 4 << 20;

    let length = vector.capacity() * size_of::<T>();
    if length < LARGE {
        return;
    }
    // Whole pages, the allocator's note before the vector included: of a mapping of two kinds it could not make a larger one
    // without a copy.
    let start = vector.as_mut_ptr().cast::<u8>();
    let before = start.addr() % PAGE;
    let length = (before + length).next_multiple_of(PAGE);
    // SAFETY: advice on the size of pages changes nothing of what is in them, whoever owns it; the range is mapped, since each
    // of its pages has a byte of the vector, and advice that is refused does nothing.
    let _ = unsafe {
        madvise(
            start.wrapping_sub(before).cast(),
            length,
            Advice::LinuxHugepage,
        )
    };
}

/// Other systems choose by themselves.
#[cfg(not(target_os = "linux"))]
fn prefer_large_pages<T>(_vector: &mut Vec<T>) {}
