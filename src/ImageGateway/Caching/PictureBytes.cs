using System.Buffers;
using ImageGateway.Images;
using ImageGateway.Streaming;

namespace ImageGateway.Caching;

/// <summary>
/// A picture's file, in pieces. Those that came from the pool go back to it when nobody holds the picture any more. Who holds it
/// and never says that it is done keeps them from the pool for good, and the garbage collector has them in the end: so a
/// store releases what it drops, while a reader, which may be slow, only holds.
/// </summary>
internal sealed class PictureBytes
{
    /// <summary>Bytes of a piece: a multiple of three within a block of the pool, as base64 likes it.</summary>
    public const int PieceSize = BlockPool.BlockSize / 3 * 3;

    private readonly UseCount _use;

    /// <summary>A picture that its maker holds.</summary>
    /// <param name="pieces">The file; the length of every piece but the last is a multiple of three.</param>
    /// <param name="blocks">The memory of those that came from the pool.</param>
    public PictureBytes(IReadOnlyList<ReadOnlyMemory<byte>> pieces, IReadOnlyList<IDisposable>? blocks = null)
    {
        Sequence = ByteSequence.Of(pieces);
        _use = new UseCount(() =>
        {
            foreach (var block in blocks ?? [])
                block.Dispose();
        });
    }

    /// <summary>No file: the answer gave an address instead.</summary>
    public static PictureBytes None { get; } = new([]);

    /// <summary>The bytes, while the picture is held.</summary>
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

    /// <summary>Joins those who hold it; whoever makes it is the first.</summary>
    /// <exception cref="ObjectDisposedException">Nobody held it any more.</exception>
    public void Retain() => _use.Join();

    /// <summary>Says once that it is not read any more.</summary>
    public void Release() => _use.Leave();
}
