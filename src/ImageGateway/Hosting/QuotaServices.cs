using System.Threading.RateLimiting;
using ImageGateway.Alerts;
using ImageGateway.Api;
using ImageGateway.Database;
using ImageGateway.Images;
using ImageGateway.Ledger;
using ImageGateway.Quotas;
using ImageGateway.Quotas.Redis;
using ImageGateway.Routing.Load;

namespace ImageGateway.Hosting;

/// <summary>Registers quotas and the request limits.</summary>
internal static class QuotaServices
{
    /// <summary>Counters are in Redis when <c>ConnectionStrings:Redis</c> is set, else in this process.</summary>
    public static async Task AddQuotasAsync(this WebApplicationBuilder builder, OverloadOptions overload, TimeSpan lease)
    {
        var services = builder.Services;
        services.AddSingleton<LimitBooks>();
        services.AddSingleton<EmergencyAllowance>();
        services.AddSingleton<OverrunMetrics>();
        services.AddSingleton(provider => new Settlements(provider.GetRequiredService<JobLedger>().Hurry, provider.GetRequiredService<ILogger<Settlements>>()));
        if (builder.Configuration["ConnectionStrings:Redis"] is { } redis && !string.IsNullOrWhiteSpace(redis))
            await AddRedisAsync(services, redis, lease);
        else
            services.AddSingleton<IQuotaStore>(provider => new MemoryQuotaStore(History(provider), provider.GetRequiredService<TimeProvider>()));
        services.AddSingleton<Func<LimitBook>>(provider => () => provider.GetRequiredService<LimitBooks>().Current);
        services.AddSingleton(provider => ActivatorUtilities.CreateInstance<Quota>(provider, new RenewingQuotaStore(provider.GetRequiredService<IQuotaStore>())));
        services.AddRateLimiter(options => options.OnRejected = Reject);
        services.AddOptions<Microsoft.AspNetCore.RateLimiting.RateLimiterOptions>().Configure<Quota>((options, quota) =>
            options.GlobalLimiter = new RequestLimiter(quota, Process(overload)));
    }

    /// <summary>Registers budget alerts, which need the database that stores them.</summary>
    public static void AddBudgetAlerts(this IServiceCollection services, AlertOptions options, ICollection<string> warnings)
    {
        if (!services.Any(service => service.ServiceType == typeof(SqlDatabase)))
        {
            if (options.Webhook is not null)
                warnings.Add("Gateway:Alerts:Webhook: without a database, which stores the alerts, nothing is posted");
            return;
        }
        services.AddSingleton(options);
        services.AddSingleton<AlertStore>();
        services.AddHostedService<BudgetAlerts>();
        if (options.Webhook is not { } address)
            return;
        services.AddSingleton(provider => new Webhook(address, options.Secret!, provider.GetRequiredService<TimeProvider>()));
        services.AddHostedService<AlertDelivery>();
    }

    private static async Task AddRedisAsync(IServiceCollection services, string connectionString, TimeSpan lease)
    {
        services.AddSingleton(await RedisLink.ConnectAsync(connectionString));
        services.AddSingleton(provider => new RedisQuotaStore(provider.GetRequiredService<RedisLink>(), History(provider)));
        services.AddSingleton<IQuotaStore>(provider => provider.GetRequiredService<RedisQuotaStore>());
        services.AddHostedService(provider => ActivatorUtilities.CreateInstance<RedisMaintenance>(provider, lease));
        services.AddSingleton<TargetWindows>(provider => new TargetWindows(provider.GetRequiredService<RedisLink>()));
        services.AddSingleton<SharedRoom>(provider =>
        {
            var windows = provider.GetRequiredService<TargetWindows>();
            return (target, calls, images) => windows.TakeAsync(target.Name, calls, target.RequestsPerMinute, images, target.ImagesPerMinute);
        });
    }

    private static IQuotaHistory History(IServiceProvider provider) => provider.GetService<LedgerHistory>() is { } history ? history : new NoHistory();

    /// <summary>
    /// Settles the reservations of jobs whose process is gone, with the charges in the ledger. Output tokens are settled at the
    /// reserved amount, because the usage of a call whose end was not seen is unknown.
    /// </summary>
    public static async Task SettleAsync(IQuotaStore store, IReadOnlyList<LedgerEntry> abandoned)
    {
        foreach (var job in abandoned)
            await store.SettleAsync(job.Tenant, job.Id, job.Charge, job.Basis == ChargeBasis.Usage ? job.Usage.ImageOutput + job.Usage.TextOutput : null);
    }

    // Requests that neither run nor fit in the queue are shed.
    private static ConcurrencyLimiter Process(OverloadOptions overload) =>
        new(new ConcurrencyLimiterOptions { PermitLimit = overload.Requests, QueueLimit = overload.Queued, QueueProcessingOrder = QueueProcessingOrder.OldestFirst });

    private static readonly GatewayError Overloaded = new(ErrorKind.Overloaded, "The gateway has reached its limit of requests in progress. Please try again.") { RetryAfter = TimeSpan.FromSeconds(1) };

    // Written directly instead of thrown: shedding must be nearly free, and an exception costs at every middleware it passes.
    private static ValueTask Reject(Microsoft.AspNetCore.RateLimiting.OnRejectedContext context, CancellationToken cancellationToken) =>
        new(ErrorEnvelope.WriteAsync(context.HttpContext.Response, context.Lease.TryGetMetadata(RequestLimiter.Error, out var refused) && refused is not null ? refused.Error : Overloaded, cancellationToken));
}
