using ImageGateway.Images;

namespace ImageGateway.Quotas;

/// <summary>
/// What a job holds of its scopes' limits from before its first call to its end: always at least what all of its calls may
/// cost at worst.
/// </summary>
internal sealed class Reservation(IQuotaStore store, EmergencyAllowance emergency, JobRecord job, IReadOnlyList<CounterUse> uses, IReadOnlyList<CounterState> states, long nanoUsd, long outputTokens) : IDisposable
{
    private readonly SemaphoreSlim _growing = new(1);
    private long _nanoUsd = nanoUsd;
    private long _outputTokens = outputTokens;

    /// <summary>Called when it was settled.</summary>
    public Action? Settled { get; init; }

    /// <summary>Called when the job is over, settled or not.</summary>
    public Action? Ended { get; init; }

    /// <summary>Why nothing is held; null when it is.</summary>
    public GatewayException? Refusal { get; init; }

    /// <summary>True when a settlement must follow.</summary>
    public bool IsHeld => uses.Count > 0 && Refusal is null;

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
            if (!await GrowAsync(moreUsd, moreTokens))
                throw new GatewayException(ErrorKind.InsufficientQuota, "The job's budget does not cover another call after one that may be billed.");
            _nanoUsd += moreUsd;
            _outputTokens += moreTokens;
        }
        finally
        {
            _growing.Release();
        }
    }

    /// <summary>Makes sure that it is held still, after the call that follows was made durable.</summary>
    /// <exception cref="GatewayException">The store lost it, and there is no room any more; or the store cannot say.</exception>
    public async ValueTask ConfirmAsync()
    {
        if (uses.Count == 0)
            return;
        CounterUse[] held = [.. uses.Select(Grown)];
        var answer = await Quota.AskAsync(() => store.ConfirmAsync(Tenant, job.Id, held), held, () => emergency.TryTake(job.Caller, job.Id, Interlocked.Read(ref _nanoUsd)));
        if (!answer.IsGranted)
            throw Refusals.Of(held[answer.Refused], answer);
    }

    /// <summary>Puts what the job's calls cost in the place of what it held.</summary>
    public async ValueTask SettleAsync(JobRecord record)
    {
        if (!IsHeld)
            return;
        var (usd, tokens) = Needed(record);
        emergency.Settle(Tenant, job.Id, usd);
        await store.SettleAsync(Tenant, job.Id, usd, tokens);
        Settled?.Invoke();
    }

    private string Tenant => job.Caller.Tenant;

    private async ValueTask<bool> GrowAsync(long moreUsd, long moreTokens)
    {
        try
        {
            return await store.GrowAsync(Tenant, job.Id, moreUsd, moreTokens);
        }
        catch (GatewayException e) when (e.Error.Kind == ErrorKind.StoreUnavailable && emergency.TryTake(job.Caller, job.Id, _nanoUsd + moreUsd))
        {
            return true;
        }
    }

    private CounterUse Grown(CounterUse use) => use.Measure switch
    {
        Measure.NanoUsd => use with { Amount = Interlocked.Read(ref _nanoUsd) },
        Measure.OutputTokens => use with { Amount = Interlocked.Read(ref _outputTokens) },
        _ => use,
    };

    public void Dispose()
    {
        _growing.Dispose();
        Ended?.Invoke();
    }

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
