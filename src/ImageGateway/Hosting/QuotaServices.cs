using System.Threading.RateLimiting;
using Dapper;
using ImageGateway.Alerts;
using ImageGateway.Api;
using ImageGateway.Database;
using ImageGateway.Images;
using ImageGateway.Ledger;
using ImageGateway.Quotas;
using ImageGateway.Tenants;

namespace ImageGateway.Hosting;

/// <summary>Registers quotas and the limits at the edge.</summary>
internal static class QuotaServices
{
    public static void AddQuotas(this IServiceCollection services, OverloadOptions overload)
    {
        services.AddSingleton<LimitBooks>();
        services.AddSingleton<IQuotaStore>(provider =>
        {
            var (database, ledger) = (provider.GetService<SqlDatabase>(), provider.GetRequiredService<JobLedger>());
            return new MemoryQuotaStore((tenant, use) => SpentAsync(database, ledger, tenant, use), provider.GetRequiredService<TimeProvider>());
        });
        services.AddSingleton(provider => new Quota(provider.GetRequiredService<IQuotaStore>(), () => provider.GetRequiredService<LimitBooks>().Current, provider.GetRequiredService<TimeProvider>()));
        services.AddRateLimiter(options => options.OnRejected = Reject);
        services.AddOptions<Microsoft.AspNetCore.RateLimiting.RateLimiterOptions>().Configure<Quota>((options, quota) =>
            options.GlobalLimiter = PartitionedRateLimiter.CreateChained(Concurrency(overload), new RequestLimiter(quota)));
    }

    /// <summary>Registers budget alerts, which are kept in the database; without one there are none.</summary>
    public static void AddBudgetAlerts(this IServiceCollection services, AlertOptions options)
    {
        if (!services.Any(service => service.ServiceType == typeof(SqlDatabase)))
            return;
        services.AddSingleton(options);
        services.AddSingleton<AlertStore>();
        services.AddHostedService<BudgetAlerts>();
    }

    // One limit for the process; what neither runs nor waits is shed.
    private static PartitionedRateLimiter<HttpContext> Concurrency(OverloadOptions overload) => PartitionedRateLimiter.Create<HttpContext, bool>(http =>
        http.Features.Get<Caller>() is null
            ? RateLimitPartition.GetNoLimiter(false)
            : RateLimitPartition.GetConcurrencyLimiter(true, _ => new ConcurrencyLimiterOptions { PermitLimit = overload.Requests, QueueLimit = overload.Queued, QueueProcessingOrder = QueueProcessingOrder.OldestFirst }));

    private static ValueTask Reject(Microsoft.AspNetCore.RateLimiting.OnRejectedContext context, CancellationToken cancellationToken) =>
        context.Lease.TryGetMetadata(RequestLimiter.Error, out var error) && error is not null
            ? throw error
            : throw new GatewayException(new GatewayError(ErrorKind.Overloaded, "The gateway has as many requests in progress as it may. Please try again.") { RetryAfter = TimeSpan.FromSeconds(1) });

    // The ledger is the truth: a counter of a window that is older than the process begins with what it says, and jobs that
    // are open there count with their worst case.
    private static async ValueTask<long> SpentAsync(SqlDatabase? database, JobLedger ledger, string tenant, CounterUse use)
    {
        if (database is null)
            return 0;
        try
        {
            await ledger.FlushAsync();
            await using var connection = await database.OpenAsync(CancellationToken.None);
            var scope = new ScopeFilter(use.Scope);
            var from = use.Limit.Kind.Start(use.Now)?.ToUnixTimeMilliseconds() ?? 0;
            var column = use.Measure == Measure.NanoUsd ? "charge" : "image_output + text_output";
            var settled = await connection.ExecuteScalarAsync<long>(
                $"SELECT COALESCE(SUM({column}), 0) FROM usage_days WHERE start_at >= @from AND tenant = @tenant{scope.Condition}", new { from, tenant, scope.Part });
            if (use.Measure != Measure.NanoUsd)
                return settled;
            var open = await connection.QueryAsync<string>("SELECT entry FROM intents WHERE tenant = @tenant", new { tenant });
            return settled + open.Select(LedgerEntry.FromJson).Where(entry => entry.CreatedAt >= from && scope.Has(entry)).GroupBy(entry => entry.Id).Sum(job => job.Max(entry => entry.Charge));
        }
        catch (Exception e) when (SqlDatabase.IsFailure(e))
        {
            throw new GatewayException(new GatewayError(ErrorKind.StoreUnavailable, "What was spent so far is not known now. Please try again later.") { RetryAfter = TimeSpan.FromSeconds(1) }, e);
        }
    }

    /// <summary>A scope as a condition on the ledger's columns.</summary>
    private sealed class ScopeFilter
    {
        private readonly string _kind;

        public ScopeFilter(string scope)
        {
            var (colon, slash) = (scope.IndexOf(':', StringComparison.Ordinal), scope.IndexOf('/', StringComparison.Ordinal));
            _kind = scope[..colon];
            Part = _kind == "key" ? scope[(colon + 1)..] : scope[(slash + 1)..];
        }

        public string Part { get; }

        public string Condition => _kind switch
        {
            "project" => " AND project = @Part",
            "key" => " AND key_id = @Part",
            "user" => " AND end_user = @Part",
            _ => "",
        };

        public bool Has(LedgerEntry entry) => _kind switch
        {
            "project" => entry.Project == Part,
            "key" => entry.KeyId == Part,
            "user" => entry.User == Part,
            _ => true,
        };
    }
}

/// <summary>The limits in force, of the configuration and of the control plane; made into a book again when either changes, and when a top-up may have ended.</summary>
internal sealed class LimitBooks(Func<GatewaySnapshot> snapshot, TenantDirectory tenants, TimeProvider time)
{
    private volatile Made? _made;

    private sealed record Made(GatewaySnapshot From, IReadOnlyList<IssuedLimits> Issued, DateTimeOffset Until, LimitBook Book);

    public LimitBook Current
    {
        get
        {
            var (from, issued, now, made) = (snapshot(), tenants.Limits, time.GetUtcNow(), _made);
            if (made is null || !ReferenceEquals(made.From, from) || !ReferenceEquals(made.Issued, issued) || now >= made.Until)
                _made = made = new Made(from, issued, NextEnd(issued, now), new LimitBook(from.ConfiguredLimits.Concat(issued.Select(limits => limits.At(now, Ignore)))));
            return made.Book;
        }
    }

    private static DateTimeOffset NextEnd(IReadOnlyList<IssuedLimits> issued, DateTimeOffset now) =>
        issued.SelectMany(limits => limits.TopUps).Select(topUp => DateTimeOffset.FromUnixTimeSeconds(topUp.ExpiresAt)).Where(end => end > now).DefaultIfEmpty(DateTimeOffset.MaxValue).Min();

    // They were checked when they were set.
    private static void Ignore(string option, string mistake) { }
}
