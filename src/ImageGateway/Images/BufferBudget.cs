namespace ImageGateway.Images;

/// <summary>Limits the bytes of one kind that the process holds in memory: those of requests, or those of recorded responses.</summary>
internal sealed class BufferBudget(long limit)
{
    private long _held;

    /// <summary>Bytes held now.</summary>
    public long Held => Interlocked.Read(ref _held);

    /// <summary>Takes <paramref name="bytes"/> of the budget, or nothing.</summary>
    public bool TryTake(long bytes)
    {
        for (var held = Held; held + bytes <= limit;)
        {
            var seen = Interlocked.CompareExchange(ref _held, held + bytes, held);
            if (seen == held)
                return true;
            held = seen;
        }
        return false;
    }

    /// <summary>Takes <paramref name="bytes"/> although the budget may not have them.</summary>
    public void Overdraw(long bytes) => Interlocked.Add(ref _held, bytes);

    /// <summary>True when more is held than the budget has.</summary>
    public bool IsOverdrawn => Held > limit;

    public void Return(long bytes) => Interlocked.Add(ref _held, -bytes);
}
