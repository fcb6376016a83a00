using System.Buffers;
using System.Buffers.Text;

namespace ImageGateway.Caching;

/// <summary>
/// Decodes base64 that comes in pieces of any length, into arrays small enough for the young generation: large ones would ask
/// for a full collection after every few answers.
/// </summary>
internal sealed class Base64Decoder
{
    private readonly List<ReadOnlyMemory<byte>> _full = [];
    private readonly byte[] _four = new byte[4];
    private byte[] _piece = [];
    private int _used;
    private int _left;
    private bool _hasEnded;

    /// <summary>Takes the next letters; false when they are no base64 as encoders write it.</summary>
    public bool TryWrite(ReadOnlySpan<byte> text)
    {
        if (_left > 0)
        {
            var missing = Math.Min(4 - _left, text.Length);
            text[..missing].CopyTo(_four.AsSpan(_left));
            _left += missing;
            text = text[missing..];
            if (_left < 4)
                return true;
            if (!TryDecode(_four))
                return false;
        }
        _left = text.Length % 4;
        text[^_left..].CopyTo(_four);
        return TryDecode(text[..^_left]);
    }

    /// <summary>The bytes; false when a group of letters is not whole.</summary>
    public bool TryEnd(out ReadOnlySequence<byte> bytes)
    {
        if (_used > 0)
            _full.Add(_piece.AsMemory(0, _used));
        bytes = ByteSequence.Of(_full);
        return _left == 0;
    }

    private bool TryDecode(ReadOnlySpan<byte> text)
    {
        while (!text.IsEmpty)
        {
            if (_hasEnded)
                return false;
            if (_used == _piece.Length)
                Next();
            var count = Math.Min(text.Length, (_piece.Length - _used) / 3 * 4);
            if (Base64.DecodeFromUtf8(text[..count], _piece.AsSpan(_used), out _, out var written) != OperationStatus.Done || written <= (count / 4 * 3) - 3)
                return false;
            // Only the last group of all has fewer than three bytes.
            _hasEnded = written < count / 4 * 3;
            _used += written;
            text = text[count..];
        }
        return true;
    }

    private void Next()
    {
        if (_used > 0)
            _full.Add(_piece);
        _piece = GC.AllocateUninitializedArray<byte>(ByteSequence.PieceSize);
        _used = 0;
    }
}
