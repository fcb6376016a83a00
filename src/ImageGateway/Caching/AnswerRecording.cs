using System.IO.Pipelines;
using ImageGateway.Images;
using ImageGateway.Streaming;

namespace ImageGateway.Caching;

/// <summary>
/// The recording of a response as it passes: its images and the text around them, and, once a follower joins, the raw bytes.
/// Both come from the process's budget; beyond it the recording is given up, never the response.
/// </summary>
/// <param name="pool">Memory for the bytes.</param>
/// <param name="budget">The process's budget.</param>
/// <param name="isOnlyCopy">True when no client receives the response: its images then exceed the budget if they must.</param>
internal sealed class AnswerRecording(BlockPool pool, BufferBudget budget, bool isOnlyCopy = false) : IDisposable
{
    // Enough bytes to tell whether an event has just ended.
    private const int TailLength = 4;

    private readonly Lock _lock = new();
    private readonly AnswerCutter _answer = new(pool, budget, isOnlyCopy);
    private readonly byte[] _tail = new byte[TailLength];
    private int _tailUsed;
    private bool _isFromStart;
    private bool _hasEnded;
    private Recording? _live;

    /// <summary>False when it was given up.</summary>
    public bool IsKept => _answer.IsKept;

    /// <summary>The tee that feeds it; null before it has one.</summary>
    public Tee? Tee { get; set; }

    /// <summary>The backlog of a client, in the same budget.</summary>
    public Backlog Backlog(PipeWriter client) => new(client, pool, budget);

    /// <summary>Takes the next bytes.</summary>
    public void Append(ReadOnlySpan<byte> bytes)
    {
        _answer.Write(bytes);
        lock (_lock)
        {
            if (_live is not null)
                _live.Append(bytes);
            else
                KeepTail(bytes);
        }
    }

    /// <summary>Marks the end of the response.</summary>
    public void End()
    {
        lock (_lock)
        {
            _hasEnded = true;
            _live?.End();
        }
    }

    /// <summary>The events from now on; null when there will be none.</summary>
    public LiveEvents? Follow()
    {
        lock (_lock)
        {
            if (_hasEnded)
                return null;
            if (_live is null)
            {
                _live = new Recording(pool, budget);
                _live.Append(_tail.AsSpan(0, _tailUsed));
                _isFromStart = _tailUsed == 0;
            }
            return _live.TryJoin() ? new LiveEvents(_live, Math.Max(0, _live.Length - TailLength), _isFromStart) : null;
        }
    }

    /// <summary>The response, after its end; null if it cannot be replayed. Its images are held as long as the recording is.</summary>
    public StoredAnswer? Answer() => _answer.IsKept ? AnswerParser.Parse(_answer) : null;

    public void Dispose()
    {
        End();
        lock (_lock)
            _live?.Dispose();
        _answer.Dispose();
    }

    private void KeepTail(ReadOnlySpan<byte> bytes)
    {
        if (bytes.Length >= TailLength)
            bytes = bytes[^TailLength..];
        var kept = Math.Min(_tailUsed, TailLength - bytes.Length);
        _tail.AsSpan(_tailUsed - kept, kept).CopyTo(_tail);
        bytes.CopyTo(_tail.AsSpan(kept));
        _tailUsed = kept + bytes.Length;
    }
}
