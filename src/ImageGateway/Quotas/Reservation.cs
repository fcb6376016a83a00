using ImageGateway.Images;

namespace ImageGateway.Quotas;

/// <summary>
/// A job's reservation against its scopes' limits, from before its first call to its end: always at least the worst case of all
/// its calls.
/// </summary>
internal sealed class Reservation(IQuotaStore store, EmergencyAllowance emergency, JobRecord job, JobLimits limits, IReadOnlyList<CounterState> states, long? generation, long nanoUsd, long outputTokens) : IDisposable
{
    private readonly SemaphoreSlim _growing = new(1);
    private JobLimits _limits = limits;
    private bool _isKnown = limits.Uses.Count > 0;
    private long _nanoUsd = nanoUsd;
    private long _outputTokens = outputTokens;

    /// <summary>Called after settlement, with the nano-USD and output tokens used above the reservation; less than that is negative.</summary>
    public Action<long, long>? Settled { get; init; }

    /// <summary>Called when the job is finished, settled or not.</summary>
    public Action? Ended { get; init; }

    /// <summary>Why nothing is reserved; null when it is granted.</summary>
    public GatewayException? Refusal { get; init; }

    /// <summary>True when it must be settled. A limit added meanwhile may have counted the job from the ledger.</summary>
    public bool IsHeld => Refusal is null && (_isKnown || _limits.Current().Uses.Count > 0);

    /// <summary>True when other jobs may be waiting for its end: a limit on concurrency.</summary>
    public bool IsUrgent => Refusal is null && _limits.Uses.Any(use => use.Shape == LimitShape.Concurrent);

    /// <summary>The counters it uses, with their state when it was granted or refused.</summary>
    public IReadOnlyList<(CounterUse Use, CounterState State)> Counters { get; } = [.. limits.Uses.Zip(states)];

    /// <summary>The amount reserved now.</summary>
    public NanoUsd Held => new(Interlocked.Read(ref _nanoUsd));

    /// <summary>The generation of its counters; null when nothing is reserved.</summary>
    public long? Generation { get; private set; } = generation;

    /// <summary>True when the ledger decides which generation is in force.</summary>
    public bool IsOfLedger => Generation is not null && store.GenerationOf(Tenant) is null;

    /// <summary>Reserves more when a call follows others that may be billed.</summary>
    /// <exception cref="GatewayException">There is no room for more.</exception>
    public async ValueTask CoverAsync(JobRecord record)
    {
        var (usd, tokens) = Needed(record);
        if (_limits.Uses.Count == 0 || (usd <= Interlocked.Read(ref _nanoUsd) && tokens <= Interlocked.Read(ref _outputTokens)))
            return;
        if (!(await HoldAsync(null, usd, tokens, null)).Answer.IsGranted)
            throw new GatewayException(ErrorKind.InsufficientQuota, "The job's budget does not cover another call after one that may be billed.");
    }

    /// <summary>
    /// Makes sure, after the next call's intent is durable, that the reservation still exists. The generation in force at that
    /// time shows whether the store may have lost it meanwhile; only then, or when limits have changed, is the store asked
    /// again.
    /// </summary>
    /// <param name="record">The job.</param>
    /// <param name="generation">The generation read from the ledger; null if it was not read (<see cref="IsOfLedger"/>).</param>
    /// <exception cref="GatewayException">There is no room any more, or not under the limits now in force; or the store does not answer.</exception>
    public async ValueTask ConfirmAsync(JobRecord record, long? generation)
    {
        var (now, (usd, tokens)) = (_limits.Current(), Needed(record));
        if ((now == _limits && Generation == (generation ?? store.GenerationOf(Tenant))) || (!_isKnown && now.Uses.Count == 0))
            return;
        var (held, answer) = await HoldAsync(now, usd, tokens, generation ?? 0);
        if (!answer.IsGranted)
            throw Refusals.Of(held[answer.Refused], answer);
    }

    /// <summary>Replaces the reserved amounts with the cost of the job's calls.</summary>
    public async ValueTask SettleAsync(JobRecord record)
    {
        var (usd, tokens) = Needed(record);
        emergency.Settle(Tenant, job.Id, usd);
        await store.SettleAsync(Tenant, job.Id, usd, tokens);
        Settled?.Invoke(usd - _nanoUsd, tokens - _outputTokens);
    }

    private string Tenant => job.Caller.Tenant;

    // Never less than is reserved already; null: the limits and the generation it has. One call at a time: another's amount must
    // be included here, or be added afterwards.
    private async ValueTask<(CounterUse[] Held, QuotaAnswer Answer)> HoldAsync(JobLimits? changed, long nanoUsd, long outputTokens, long? known)
    {
        await _growing.WaitAsync();
        try
        {
            var (limits, usd, tokens) = (changed ?? _limits, Math.Max(nanoUsd, _nanoUsd), Math.Max(outputTokens, _outputTokens));
            CounterUse[] held = [.. limits.Uses.Select(use => use.Measure switch
            {
                Measure.NanoUsd => use with { Amount = usd },
                Measure.OutputTokens => use with { Amount = tokens },
                _ => use,
            })];
            var answer = await Quota.AskAsync(() => store.CoverAsync(Tenant, job.Id, held, known ?? Generation ?? 0), held, () => emergency.TryTake(job.Caller, job.Id, usd));
            if (answer.IsGranted)
                (_isKnown, _limits, _nanoUsd, _outputTokens, Generation) = (true, limits, usd, tokens, answer.Generation);
            return (held, answer);
        }
        finally
        {
            _growing.Release();
        }
    }

    public void Dispose()
    {
        _growing.Dispose();
        Ended?.Invoke();
    }

    // Finished calls count at their cost, running ones at their worst case.
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
