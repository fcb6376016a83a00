using System.Buffers;
using System.Buffers.Text;
using ImageGateway.Images;

namespace ImageGateway.Caching;

/// <summary>
/// Decodes base64 of a JSON string that arrives in pieces of any length into blocks of the pool: separate arrays would pass
/// through the processor's caches and the garbage collector once per response.
/// </summary>
internal sealed class Base64Decoder(BlockPool pool) : IDisposable
{
    private readonly List<IMemoryOwner<byte>> _blocks = [];
    private readonly EscapedLetter _escape = new();
    private readonly byte[] _four = new byte[4];
    private Memory<byte> _piece;
    private int _used;
    private int _left;
    private bool _hasEnded;

    /// <summary>Takes the next letters, escaped or not; false when they are not base64 as encoders write it.</summary>
    public bool TryWrite(ReadOnlySpan<byte> text)
    {
        while (!text.IsEmpty)
        {
            var escape = _escape.IsOpen ? 0 : text.IndexOf((byte)'\\');
            var count = escape == 0 ? _escape.Write(text) : escape < 0 ? text.Length : escape;
            if (escape != 0 ? !TryLetters(text[..count]) : !_escape.IsOpen && !TryLetters([_escape.Letter]))
                return false;
            text = text[count..];
        }
        return true;
    }

    /// <summary>The bytes, which own the blocks from now on; null when a group of letters or an escape is incomplete.</summary>
    public PictureBytes? End()
    {
        if (_left > 0 || _escape.IsOpen)
            return null;
        // The last piece is trimmed: otherwise small images would occupy blocks many times their size.
        var last = _piece[.._used].ToArray();
        var full = _blocks.SkipLast(1).ToArray();
        if (_blocks.Count > 0)
            _blocks[^1].Dispose();
        _blocks.Clear();
        return new PictureBytes([.. full.Select(block => (ReadOnlyMemory<byte>)block.Memory[..PictureBytes.PieceSize]), last], full);
    }

    /// <summary>Returns the blocks it still owns.</summary>
    public void Dispose()
    {
        foreach (var block in _blocks)
            block.Dispose();
        _blocks.Clear();
    }

    private bool TryLetters(ReadOnlySpan<byte> text)
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

    private bool TryDecode(ReadOnlySpan<byte> text)
    {
        while (!text.IsEmpty)
        {
            if (_hasEnded)
                return false;
            if (_used == _piece.Length)
                Next();
            var count = Math.Min(text.Length, (_piece.Length - _used) / 3 * 4);
            if (Base64.DecodeFromUtf8(text[..count], _piece.Span[_used..], out _, out var written) != OperationStatus.Done || written <= (count / 4 * 3) - 3)
                return false;
            // Only the very last group may have fewer than three bytes.
            _hasEnded = written < count / 4 * 3;
            _used += written;
            text = text[count..];
        }
        return true;
    }

    private void Next()
    {
        _blocks.Add(pool.Rent());
        _piece = _blocks[^1].Memory[..PictureBytes.PieceSize];
        _used = 0;
    }
}
