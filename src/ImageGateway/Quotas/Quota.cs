using System.Collections.Concurrent;
using System.Globalization;
using ImageGateway.Images;

namespace ImageGateway.Quotas;

/// <summary>Holds jobs against the limits of their tenant, project, key and end user.</summary>
/// <param name="store">The counters.</param>
/// <param name="emergency">What may run without them.</param>
/// <param name="book">The limits in force.</param>
/// <param name="above">What is used above a hold.</param>
/// <param name="settlements">Those that go on.</param>
/// <param name="time">The clock.</param>
internal sealed class Quota(IQuotaStore store, EmergencyAllowance emergency, Func<LimitBook> book, OverrunMetrics above, Settlements settlements, TimeProvider time)
{
    // Budgets that jobs have used and nobody has looked at since, where somebody looks; bounded by the number of budgets in use.
    private readonly ConcurrentDictionary<string, (string Tenant, TouchedBudget Budget)> _touched = new();
    private int _held;

    /// <summary>True when somebody takes the budgets that were touched.</summary>
    public bool IsWatched { get; set; }

    /// <summary>Reservations of this process that hold something now.</summary>
    public int Held => Volatile.Read(ref _held);

    /// <summary>Holds what a job may cost at worst, at every scope or at none.</summary>
    /// <param name="record">The job.</param>
    /// <param name="usd">The dearest target's worst case, in nano-USD.</param>
    /// <param name="tokens">The most output tokens of a target.</param>
    /// <param name="images">The most pictures that a target is asked for.</param>
    /// <returns>What is held, or why nothing is.</returns>
    /// <exception cref="GatewayException">It would draw more pictures than a minute's limit: 400.</exception>
    public async ValueTask<Reservation> ReserveAsync(JobRecord record, WorstCase usd, WorstCase tokens, int images)
    {
        var caller = record.Caller;
        // Of the day and the month in which the ledger has the job.
        var limits = new JobLimits(book, now => Uses(
            now.For(caller, record.Job.Parameters.User),
            kind => kind == LimitKind.RequestsPerMinute ? null : Amount(kind, usd.Amount, tokens.Amount, images), withUser: true, record.Created));
        var uses = limits.Uses;
        if (uses.Count == 0)
            return new Reservation(store, emergency, record, limits, [], null, usd.Amount, tokens.Amount);
        RefuseHopeless(uses, record.Job.Parameters.Count);
        // What a job that is over holds until it is settled is no reason to refuse the next one. Looked for before: it may be
        // settled by the time the answer is here.
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

    /// <summary>Settles what a job held, beside its connection, once its entry is durable.</summary>
    /// <param name="held">What it holds.</param>
    /// <param name="record">The job, which is over.</param>
    /// <param name="written">
    /// Completes when its entry is durable. Not before: were room given back first and the process died then, the sweeper
    /// would charge the worst case for what was settled at less, and the sum could pass a limit.
    /// </param>
    public void Settle(Reservation held, JobRecord record, Task written) => settlements.Begin(record.Caller.Tenant, async () =>
    {
        using (held)
        {
            await written;
            await held.SettleAsync(record);
        }
    });

    /// <summary>True when the requests of a key are limited.</summary>
    public bool LimitsRequests(Caller caller) => book().For(caller, null).Any(scope => scope.Limits.Any(limit => limit.Kind == LimitKind.RequestsPerMinute));

    /// <summary>The best quality each scope of a job allows, where it allows not every.</summary>
    public IReadOnlyList<ScopeLimits> Qualities(Caller caller, string? user) => [.. book().For(caller, user).Where(scope => scope.Qualities.Count > 0)];

    /// <summary>Counts a request against the requests a minute of its tenant, project and key.</summary>
    /// <returns>The counters, and the refusal when one has no room.</returns>
    public async ValueTask<(IReadOnlyList<CounterUse> Uses, QuotaAnswer? Answer)> CountRequestAsync(Caller caller)
    {
        var uses = Uses(book().For(caller, null), kind => kind == LimitKind.RequestsPerMinute ? 1 : null, withUser: false, time.GetUtcNow());
        return (uses, uses.Count == 0 ? null : await AskAsync(() => store.ReserveAsync(caller.Tenant, null, uses), uses, () => caller.Emergency.Value > 0));
    }

    /// <summary>The store's answer; a grant when it cannot be reached and what is asked is let through then.</summary>
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

    /// <summary>Every limit of a key and how it stands.</summary>
    public async Task<IReadOnlyList<(CounterUse Use, CounterState State)>> ReadAsync(Caller caller, string? user)
    {
        var uses = Uses(book().For(caller, user), _ => 0, withUser: true, time.GetUtcNow());
        await settlements.CompleteAsync(settlements.Of(caller.Tenant));
        return [.. uses.Zip(await store.ReadAsync(caller.Tenant, uses))];
    }

    /// <summary>The limits of a scope that counts, and how they stand.</summary>
    /// <param name="tenant">Whose it is.</param>
    /// <param name="scope">One scope; not that of each user.</param>
    public async Task<IReadOnlyList<(CounterUse Use, CounterState State)>> ReadAsync(string tenant, ScopeLimits scope)
    {
        var uses = Uses([scope], _ => 0, withUser: false, time.GetUtcNow());
        await settlements.CompleteAsync(settlements.Of(tenant));
        return [.. uses.Zip(await store.ReadAsync(tenant, uses))];
    }

    /// <summary>How counters of a tenant stand.</summary>
    public ValueTask<IReadOnlyList<CounterState>> ReadAsync(string tenant, IReadOnlyList<CounterUse> uses) => store.ReadAsync(tenant, uses);

    /// <summary>The budgets that jobs have used, or that refused one, since they were last taken, by tenant.</summary>
    public IReadOnlyDictionary<string, IReadOnlyList<TouchedBudget>> TakeTouched()
    {
        var taken = _touched.Keys.Select(key => _touched.TryRemove(key, out var touched) ? touched : default).Where(touched => touched.Budget is not null);
        return taken.GroupBy(touched => touched.Tenant).ToDictionary(tenant => tenant.Key, IReadOnlyList<TouchedBudget> (tenant) => [.. tenant.Select(touched => touched.Budget)]);
    }

    /// <summary>Puts budgets back that could not be looked at.</summary>
    public void Touch(IReadOnlyDictionary<string, IReadOnlyList<TouchedBudget>> untold)
    {
        foreach (var (tenant, budgets) in untold)
        {
            foreach (var budget in budgets)
                Touch(tenant, budget);
        }
    }

    // Settlements give back what is held of a sum, and of a bucket the tokens that were not used.
    private static bool MayFit(CounterUse use, CounterState state) =>
        use.Shape == LimitShape.Minute ? use.Measure == Measure.OutputTokens : state.Used + use.Amount <= use.Limit.Enforced;

    private ValueTask<QuotaAnswer> HoldAsync(JobRecord record, IReadOnlyList<CounterUse> uses, long nanoUsd) =>
        AskAsync(() => store.ReserveAsync(record.Caller.Tenant, record.Id, uses), uses, () => emergency.TryTake(record.Caller, record.Id, nanoUsd));

    // For what jobs in flight hold it refuses for a moment only.
    private GatewayException Refuse(string tenant, CounterUse use, QuotaAnswer answer, WorstCase usd, WorstCase tokens)
    {
        Touch(tenant, new TouchedBudget(use, HasRefused: !MayFit(use, answer.States[answer.Refused])));
        return Refusals.Of(use, answer, use.Measure == Measure.NanoUsd ? usd.Target : tokens.Target);
    }

    // That it has refused is not forgotten when another job is settled.
    private void Touch(string tenant, TouchedBudget budget)
    {
        if (!IsWatched || budget.Use.Limit.Kind.IsShort)
            return;
        if (budget.HasRefused)
            _touched[budget.Use.Key] = (tenant, budget);
        else
            _touched.TryAdd(budget.Use.Key, (tenant, budget));
    }

    // The same end user's requests a minute are counted here, since the user is in the body.
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

    // A bucket never holds more than a minute's worth: to wait for it would be in vain.
    private static void RefuseHopeless(IReadOnlyList<CounterUse> uses, int asked)
    {
        foreach (var use in uses)
        {
            if (use.Shape == LimitShape.Minute && use.Measure == Measure.Images && use.Amount > use.Limit.Enforced)
                throw GatewayException.Invalid("n", $"{asked}", string.Create(CultureInfo.InvariantCulture, $"at most {use.Limit.Enforced}, the images_per_minute of {use.Scope}"));
        }
    }
}
