using ImageGateway.Api.Async;
using ImageGateway.Caching;
using ImageGateway.Caching.Redis;
using ImageGateway.Images;
using ImageGateway.Redis;
using ImageGateway.Routing;
using StackExchange.Redis;

namespace ImageGateway.Hosting;

/// <summary>
/// Registers the stores of responses and claims and their users: in Redis when <c>ConnectionStrings:Redis</c> is set, else in
/// this process.
/// </summary>
internal static class ReplayServices
{
    // An image takes longer than a short command; neither may delay a request for long.
    private static readonly TimeSpan AnswerPatience = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan ClaimPatience = TimeSpan.FromSeconds(1);

    public static async Task AddReplayAsync(this WebApplicationBuilder builder, ReplayOptions options, DrainTime drain)
    {
        var services = builder.Services;
        if (builder.Configuration["ConnectionStrings:Redis"] is { } redis && !string.IsNullOrWhiteSpace(redis))
            await AddRedisAsync(services, redis);
        else
            AddMemory(services, options.MemoryBytes);
        services.AddSingleton(new RecordingBudget(new BufferBudget(options.RecordingBytes)));
        services.AddSingleton<RunningJobs>();
        services.AddSingleton<AnswerRecorder>();
        services.AddSingleton<StoredDelivery>();
        services.AddSingleton<Idempotency>();
        services.AddSingleton<Flights>();
        services.AddSingleton<RemoteFlights>();
        services.AddSingleton<SingleFlight>();
        services.AddSingleton<Replay>();
        services.AddSingleton<AsyncJobStore>();
        services.AddSingleton<AsyncJobs>();
        Drain.Add(services, drain);
    }

    private static void AddMemory(IServiceCollection services, long bytes)
    {
        services.AddSingleton<IAnswerStore>(provider => new MemoryAnswerStore(bytes, provider.GetRequiredService<TimeProvider>()));
        services.AddSingleton<IClaimStore, MemoryClaimStore>();
    }

    // Short commands use a separate connection, so that they do not wait behind images.
    private static async Task AddRedisAsync(IServiceCollection services, string connectionString)
    {
        var (answers, claims) = (await RedisServers.ConnectAsync(connectionString, "answers"), await RedisServers.ConnectAsync(connectionString, "claims"));
        services.AddKeyedSingleton("answers", (provider, _) => Connection(provider, answers, AnswerPatience));
        services.AddKeyedSingleton("claims", (provider, _) => Connection(provider, claims, ClaimPatience));
        services.AddSingleton<IAnswerStore>(provider => new RedisAnswerStore(provider.GetRequiredKeyedService<RedisConnection>("answers"), provider.GetRequiredService<TimeProvider>()));
        services.AddSingleton<IClaimStore>(provider => new RedisClaimStore(provider.GetRequiredKeyedService<RedisConnection>("claims")));
    }

    private static RedisConnection Connection(IServiceProvider provider, ConnectionMultiplexer redis, TimeSpan patience) =>
        new(redis, patience, provider.GetRequiredService<TimeProvider>(), provider.GetRequiredService<ILogger<RedisConnection>>());
}
