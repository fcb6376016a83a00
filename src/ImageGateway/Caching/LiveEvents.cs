using System.Buffers;
using ImageGateway.Streaming;

namespace ImageGateway.Caching;

/// <summary>The events of a growing recording, starting with the first one after joining it. They are read in place.</summary>
internal sealed class LiveEvents : IDisposable
{
    private static readonly SearchValues<byte> LineEnds = SearchValues.Create("\r\n"u8);

    private readonly Recording _recording;
    private long _start;
    private long _position;
    private bool _isWhole;
    private bool _isLineEmpty;
    private byte _last;

    /// <summary>Reads a recording that was joined; disposing this leaves it.</summary>
    /// <param name="recording">The recording.</param>
    /// <param name="position">Where reading starts: within the last line end, which may end an event.</param>
    /// <param name="isFromStart">True when the recording starts at the beginning of the response.</param>
    public LiveEvents(Recording recording, long position, bool isFromStart)
    {
        (_recording, _position, _start) = (recording, position, position);
        (_isWhole, _isLineEmpty) = (position == 0 && isFromStart, position == 0 && isFromStart);
    }

    /// <summary>True when the recording was given up: further events are not read.</summary>
    public bool IsCut => !_recording.IsKept;

    /// <summary>The position of the next event, including the comments before it; null when there is none.</summary>
    public async ValueTask<(long Start, long End)?> NextAsync(CancellationToken cancellationToken)
    {
        while (await _recording.ReadAsync(_position, cancellationToken) is { IsEmpty: false } piece)
        {
            if (!Advance(piece.Span))
                continue;
            var (start, isWhole) = (_start, _isWhole);
            (_start, _isWhole) = (_position, true);
            if (isWhole)
                return (start, _position);
        }
        return null;
    }

    /// <summary>The bytes of an event, piece by piece.</summary>
    public async IAsyncEnumerable<ReadOnlyMemory<byte>> ReadAsync((long Start, long End) place)
    {
        for (var at = place.Start; at < place.End;)
        {
            var piece = await _recording.ReadAsync(at, CancellationToken.None);
            if (piece.IsEmpty)
                yield break;
            piece = piece[..(int)Math.Min(piece.Length, place.End - at)];
            at += piece.Length;
            yield return piece;
        }
    }

    public void Dispose() => _recording.Use.Leave();

    // True after an empty line, which ends an event. A CR and LF after it belong together.
    private bool Advance(ReadOnlySpan<byte> bytes)
    {
        while (!bytes.IsEmpty)
        {
            var end = bytes.IndexOfAny(LineEnds);
            if (end != 0)
            {
                var length = end < 0 ? bytes.Length : end;
                (_position, _isLineEmpty, _last) = (_position + length, false, 0);
                bytes = bytes[length..];
                continue;
            }
            var isSecond = _last == '\r' && bytes[0] == '\n';
            (_position, _last) = (_position + 1, bytes[0]);
            bytes = bytes[1..];
            if (isSecond)
                continue;
            if (_isLineEmpty)
                return true;
            _isLineEmpty = true;
        }
        return false;
    }
}
