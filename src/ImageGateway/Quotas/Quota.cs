using System.Collections.Concurrent;
using System.Globalization;
using ImageGateway.Images;

namespace ImageGateway.Quotas;

/// <summary>Checks and reserves jobs against the limits of their tenant, project, key and end user.</summary>
/// <param name="store">The counters.</param>
/// <param name="emergency">The allowance while the store is unreachable.</param>
/// <param name="book">The limits in force.</param>
/// <param name="above">Counts usage above reservations.</param>
/// <param name="settlements">The settlements in progress.</param>
/// <param name="time">The clock.</param>
internal sealed class Quota(IQuotaStore store, EmergencyAllowance emergency, Func<LimitBook> book, OverrunMetrics above, Settlements settlements, TimeProvider time)
{
    // Budgets that jobs have used since they were last taken, if they are watched; bounded by the number of budgets in use.
    private readonly ConcurrentDictionary<string, (string Tenant, TouchedBudget Budget)> _touched = new();
    private int _held;

    /// <summary>True when the budget alerts take the touched budgets.</summary>
    public bool IsWatched { get; set; }

    /// <summary>Open reservations of this process.</summary>
    public int Held => Volatile.Read(ref _held);

    /// <summary>Reserves a job's worst case, at every scope or at none.</summary>
    /// <param name="record">The job.</param>
    /// <param name="usd">The most expensive target's worst case, in nano-USD.</param>
    /// <param name="tokens">The highest number of output tokens of any target.</param>
    /// <param name="images">The highest number of images requested from any target.</param>
    /// <returns>The reservation, or the reason for its refusal.</returns>
    /// <exception cref="GatewayException">It would generate more images than a minute's limit: 400.</exception>
    public async ValueTask<Reservation> ReserveAsync(JobRecord record, WorstCase usd, WorstCase tokens, int images)
    {
        var caller = record.Caller;
        // In the day and month to which the ledger assigns the job.
        var limits = new JobLimits(book, now => Uses(
            now.For(caller, record.Job.Parameters.User),
            kind => kind == LimitKind.RequestsPerMinute ? null : Amount(kind, usd.Amount, tokens.Amount, images), withUser: true, record.Created));
        var uses = limits.Uses;
        if (uses.Count == 0)
            return new Reservation(store, emergency, record, limits, [], null, usd.Amount, tokens.Amount);
        RefuseHopeless(uses, record.Job.Parameters.Count);
        // A finished job that is not settled yet is no reason to refuse the next one. Taken before the reservation, because the
        // settlement may be over by the time the store answers.
        var before = settlements.Of(caller.Tenant);
        var isSettled = before.IsCompleted;
        var answer = await HoldAsync(record, uses, usd.Amount);
        if (!answer.IsGranted && !isSettled && MayFit(uses[answer.Refused], answer.States[answer.Refused]))
        {
            await settlements.CompleteAsync(before);
            answer = await HoldAsync(record, uses, usd.Amount);
        }
        if (!answer.IsGranted)
            return new Reservation(store, emergency, record, limits, answer.States, answer.Generation, usd.Amount, tokens.Amount) { Refusal = Refuse(caller.Tenant, uses[answer.Refused], answer, usd, tokens) };
        Interlocked.Increment(ref _held);
        return new Reservation(store, emergency, record, limits, answer.States, answer.Generation, usd.Amount, tokens.Amount)
        {
            Settled = (moreUsd, moreTokens) =>
            {
                above.Count(caller.Tenant, moreUsd, moreTokens);
                foreach (var use in uses)
                    Touch(caller.Tenant, new TouchedBudget(use, HasRefused: false));
            },
            Ended = () => Interlocked.Decrement(ref _held),
        };
    }

    /// <summary>Settles a finished job in the background, once its entry is durable.</summary>
    /// <param name="held">Its reservation.</param>
    /// <param name="record">The finished job.</param>
    /// <param name="written">
    /// Completes when its entry is durable. Not before: if the reservation were released first and the process then died, the
    /// sweeper would charge the worst case for a job that was settled at less, and the sum could pass a limit.
    /// </param>
    public void Settle(Reservation held, JobRecord record, Task written) => settlements.Begin(record.Caller.Tenant, async () =>
    {
        using (held)
        {
            await written;
            await held.SettleAsync(record);
        }
    });

    /// <summary>True when a key's requests per minute are limited.</summary>
    public bool LimitsRequests(Caller caller) => book().For(caller, null).Any(scope => scope.Limits.Any(limit => limit.Kind == LimitKind.RequestsPerMinute));

    /// <summary>The best quality of each of a job's scopes that limits it.</summary>
    public IReadOnlyList<ScopeLimits> Qualities(Caller caller, string? user) => [.. book().For(caller, user).Where(scope => scope.Qualities.Count > 0)];

    /// <summary>Counts a request against the requests per minute of its tenant, project and key.</summary>
    /// <returns>The counters, and the refusal if one has no room.</returns>
    public async ValueTask<(IReadOnlyList<CounterUse> Uses, QuotaAnswer? Answer)> CountRequestAsync(Caller caller)
    {
        var uses = Uses(book().For(caller, null), kind => kind == LimitKind.RequestsPerMinute ? 1 : null, withUser: false, time.GetUtcNow());
        return (uses, uses.Count == 0 ? null : await AskAsync(() => store.ReserveAsync(caller.Tenant, null, uses), uses, () => caller.Emergency.Value > 0));
    }

    /// <summary>The store's answer; a grant if it is unreachable and the allowance lets the job through.</summary>
    public static async ValueTask<QuotaAnswer> AskAsync(Func<ValueTask<QuotaAnswer>> ask, IReadOnlyList<CounterUse> uses, Func<bool> isLetThrough)
    {
        try
        {
            return await ask();
        }
        catch (GatewayException e) when (e.Error.Kind == ErrorKind.StoreUnavailable && isLetThrough())
        {
            return new QuotaAnswer(-1, 0, [.. uses.Select(_ => default(CounterState))]) { Generation = -1 };
        }
    }

    /// <summary>Every limit of a key and its state.</summary>
    public async Task<IReadOnlyList<(CounterUse Use, CounterState State)>> ReadAsync(Caller caller, string? user)
    {
        var uses = Uses(book().For(caller, user), _ => 0, withUser: true, time.GetUtcNow());
        await settlements.CompleteAsync(settlements.Of(caller.Tenant));
        return [.. uses.Zip(await store.ReadAsync(caller.Tenant, uses))];
    }

    /// <summary>The limits of a scope with counters, and their state.</summary>
    /// <param name="tenant">The tenant.</param>
    /// <param name="scope">One scope; not the one for each user.</param>
    public async Task<IReadOnlyList<(CounterUse Use, CounterState State)>> ReadAsync(string tenant, ScopeLimits scope)
    {
        var uses = Uses([scope], _ => 0, withUser: false, time.GetUtcNow());
        await settlements.CompleteAsync(settlements.Of(tenant));
        return [.. uses.Zip(await store.ReadAsync(tenant, uses))];
    }

    /// <summary>The state of a tenant's counters.</summary>
    public ValueTask<IReadOnlyList<CounterState>> ReadAsync(string tenant, IReadOnlyList<CounterUse> uses) => store.ReadAsync(tenant, uses);

    /// <summary>The budgets that jobs have used, or that refused a job, since the last call, by tenant.</summary>
    public IReadOnlyDictionary<string, IReadOnlyList<TouchedBudget>> TakeTouched()
    {
        var taken = _touched.Keys.Select(key => _touched.TryRemove(key, out var touched) ? touched : default).Where(touched => touched.Budget is not null);
        return taken.GroupBy(touched => touched.Tenant).ToDictionary(tenant => tenant.Key, IReadOnlyList<TouchedBudget> (tenant) => [.. tenant.Select(touched => touched.Budget)]);
    }

    /// <summary>Puts back budgets that could not be evaluated.</summary>
    public void Touch(IReadOnlyDictionary<string, IReadOnlyList<TouchedBudget>> untold)
    {
        foreach (var (tenant, budgets) in untold)
        {
            foreach (var budget in budgets)
                Touch(tenant, budget);
        }
    }

    // A settlement releases the reserved part of a sum, and a bucket's unused tokens.
    private static bool MayFit(CounterUse use, CounterState state) =>
        use.Shape == LimitShape.Minute ? use.Measure == Measure.OutputTokens : state.Used + use.Amount <= use.Limit.Enforced;

    private ValueTask<QuotaAnswer> HoldAsync(JobRecord record, IReadOnlyList<CounterUse> uses, long nanoUsd) =>
        AskAsync(() => store.ReserveAsync(record.Caller.Tenant, record.Id, uses), uses, () => emergency.TryTake(record.Caller, record.Id, nanoUsd));

    // A refusal caused only by reservations of jobs in flight is temporary.
    private GatewayException Refuse(string tenant, CounterUse use, QuotaAnswer answer, WorstCase usd, WorstCase tokens)
    {
        Touch(tenant, new TouchedBudget(use, HasRefused: !MayFit(use, answer.States[answer.Refused])));
        return Refusals.Of(use, answer, use.Measure == Measure.NanoUsd ? usd.Target : tokens.Target);
    }

    // A recorded refusal survives the settlement of another job.
    private void Touch(string tenant, TouchedBudget budget)
    {
        if (!IsWatched || budget.Use.Limit.Kind.IsShort)
            return;
        if (budget.HasRefused)
            _touched[budget.Use.Key] = (tenant, budget);
        else
            _touched.TryAdd(budget.Use.Key, (tenant, budget));
    }

    // An end user's requests per minute are counted here, since the user id is in the body.
    private static List<CounterUse> Uses(IReadOnlyList<ScopeLimits> scopes, Func<LimitKind, long?> amount, bool withUser, DateTimeOffset now)
    {
        var uses = new List<CounterUse>();
        foreach (var scope in scopes)
        {
            foreach (var limit in scope.Limits)
            {
                var isUsers = withUser && limit.Kind == LimitKind.RequestsPerMinute && scope.Scope.StartsWith("user:", StringComparison.Ordinal);
                if ((isUsers ? 1 : amount(limit.Kind)) is { } taken)
                    uses.Add(new CounterUse(scope.Scope, limit, taken, now));
            }
        }
        return uses;
    }

    private static long? Amount(LimitKind kind, long nanoUsd, long outputTokens, int images) => kind.Measure switch
    {
        Measure.NanoUsd => nanoUsd,
        Measure.OutputTokens => outputTokens,
        Measure.Images => images,
        _ => null,
    };

    // A bucket never holds more than a minute's worth, so waiting would be in vain.
    private static void RefuseHopeless(IReadOnlyList<CounterUse> uses, int asked)
    {
        foreach (var use in uses)
        {
            if (use.Shape == LimitShape.Minute && use.Measure == Measure.Images && use.Amount > use.Limit.Enforced)
                throw GatewayException.Invalid("n", $"{asked}", string.Create(CultureInfo.InvariantCulture, $"at most {use.Limit.Enforced}, the images_per_minute of {use.Scope}"));
        }
    }
}
