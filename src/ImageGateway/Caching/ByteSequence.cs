using System.Buffers;

namespace ImageGateway.Caching;

/// <summary>Joins pieces to one sequence.</summary>
internal static class ByteSequence
{
    public static ReadOnlySequence<byte> Of(IReadOnlyList<ReadOnlyMemory<byte>> pieces)
    {
        if (pieces.Count < 2)
            return pieces.Count == 0 ? default : new ReadOnlySequence<byte>(pieces[0]);
        var first = new Piece(pieces[0], 0);
        var last = first;
        for (var i = 1; i < pieces.Count; i++)
            last = last.Append(pieces[i]);
        return new ReadOnlySequence<byte>(first, 0, last, last.Memory.Length);
    }

    private sealed class Piece : ReadOnlySequenceSegment<byte>
    {
        public Piece(ReadOnlyMemory<byte> memory, long index) => (Memory, RunningIndex) = (memory, index);

        public Piece Append(ReadOnlyMemory<byte> memory)
        {
            var next = new Piece(memory, RunningIndex + Memory.Length);
            Next = next;
            return next;
        }
    }
}
