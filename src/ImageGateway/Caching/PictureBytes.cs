using System.Buffers;
using ImageGateway.Images;

namespace ImageGateway.Caching;

/// <summary>
/// An image file, in pieces. Pieces from the pool return to it when nobody holds the image any more. A holder that never
/// releases it only keeps the pieces out of the pool, and the garbage collector reclaims them; so a store releases what it
/// drops, while a reader, which may be slow, only holds.
/// </summary>
internal sealed class PictureBytes
{
    /// <summary>Bytes of a piece: a multiple of three within a block of the pool, as base64 needs it.</summary>
    public const int PieceSize = BlockPool.BlockSize / 3 * 3;

    private readonly UseCount _use;

    /// <summary>An image that its creator holds.</summary>
    /// <param name="pieces">The file; the length of every piece but the last is a multiple of three.</param>
    /// <param name="blocks">The memory of the pieces that came from the pool.</param>
    public PictureBytes(IReadOnlyList<ReadOnlyMemory<byte>> pieces, IReadOnlyList<IDisposable>? blocks = null)
    {
        Sequence = ByteSequence.Of(pieces);
        _use = new UseCount(() =>
        {
            foreach (var block in blocks ?? [])
                block.Dispose();
        });
    }

    /// <summary>No file: the response has a URL instead.</summary>
    public static PictureBytes None { get; } = new([]);

    /// <summary>The bytes, valid while the image is held.</summary>
    public ReadOnlySequence<byte> Sequence { get; }

    public long Length => Sequence.Length;

    /// <summary>Copies the bytes from <paramref name="position"/> on into <paramref name="destination"/>; returns how many there were.</summary>
    public int Read(long position, Span<byte> destination)
    {
        var rest = Sequence.Slice(Math.Min(position, Length));
        rest = rest.Slice(0, Math.Min(rest.Length, destination.Length));
        rest.CopyTo(destination);
        return (int)rest.Length;
    }

    public bool IsEmpty => Sequence.IsEmpty;

    /// <summary>Adds a holder; the creator is the first.</summary>
    /// <exception cref="ObjectDisposedException">No holder was left.</exception>
    public void Retain() => _use.Join();

    /// <summary>Removes a holder; call it once.</summary>
    public void Release() => _use.Leave();
}
