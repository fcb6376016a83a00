using ImageGateway.Images;

namespace ImageGateway.Quotas;

/// <summary>
/// What a job holds of its scopes' limits from before its first call to its end: always at least what all of its calls may
/// cost at worst.
/// </summary>
internal sealed class Reservation(IQuotaStore store, string tenant, string id, IReadOnlyList<CounterUse> uses, IReadOnlyList<CounterState> states, long nanoUsd, long outputTokens) : IDisposable
{
    private readonly SemaphoreSlim _growing = new(1);
    private long _nanoUsd = nanoUsd;
    private long _outputTokens = outputTokens;

    /// <summary>Called when it was settled.</summary>
    public Action? Settled { get; init; }

    /// <summary>Why nothing is held; null when it is.</summary>
    public GatewayException? Refusal { get; init; }

    /// <summary>The counters it uses, and how they stood when it was granted or refused.</summary>
    public IReadOnlyList<(CounterUse Use, CounterState State)> Counters { get; } = [.. uses.Zip(states)];

    /// <summary>What is held now.</summary>
    public NanoUsd Held => new(Interlocked.Read(ref _nanoUsd));

    /// <summary>Holds more when a call follows others that may be billed.</summary>
    /// <exception cref="GatewayException">There is no room for more.</exception>
    public async ValueTask CoverAsync(JobRecord record)
    {
        var (usd, tokens) = Needed(record);
        if (uses.Count == 0 || (usd <= Interlocked.Read(ref _nanoUsd) && tokens <= Interlocked.Read(ref _outputTokens)))
            return;
        await _growing.WaitAsync();
        try
        {
            var (moreUsd, moreTokens) = (Math.Max(0, usd - _nanoUsd), Math.Max(0, tokens - _outputTokens));
            if (!await store.GrowAsync(tenant, id, moreUsd, moreTokens))
                throw new GatewayException(ErrorKind.InsufficientQuota, "The job's budget does not cover another call after one that may be billed.");
            _nanoUsd += moreUsd;
            _outputTokens += moreTokens;
        }
        finally
        {
            _growing.Release();
        }
    }

    /// <summary>Puts what the job's calls cost in the place of what it held.</summary>
    public async ValueTask SettleAsync(JobRecord record)
    {
        if (uses.Count == 0 || Refusal is not null)
            return;
        var (usd, tokens) = Needed(record);
        await store.SettleAsync(tenant, id, usd, tokens);
        Settled?.Invoke();
    }

    public void Dispose() => _growing.Dispose();

    // What has ended counts as it is, what runs at its worst.
    private static (long NanoUsd, long OutputTokens) Needed(JobRecord record)
    {
        var (usd, tokens) = (0L, 0L);
        foreach (var attempt in record.Attempts)
        {
            usd += attempt.Contracted.Value;
            tokens += attempt.OutputTokens;
        }
        return (usd, tokens);
    }
}
