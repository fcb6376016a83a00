using ImageGateway.Configuration;
using ImageGateway.Database;
using ImageGateway.Tenants;
using ImageGateway.Tests;
using Microsoft.Extensions.Logging;

namespace ImageGateway.SystemTests.Tenants;

/// <summary>The parts of one replica that know tenants, on a database, without a server and on a clock of the test's.</summary>
internal sealed class ControlPlane : IDisposable
{
    private readonly TenantFeed _feed;

    private ControlPlane(SqlDatabase database, ConfiguredTenants configured, TimeProvider time)
    {
        Directory = new TenantDirectory(() => configured, time);
        _feed = new TenantFeed(database, Directory, Switched.Add, time, Log);
        Changes = new TenantChanges(database, _feed, time);
        Tenants = new TenantStore(Changes, Directory);
        Projects = new ProjectStore(Changes, Directory);
        Keys = new KeyStore(Changes, Directory, Projects);
        Limits = new LimitStore(Changes);
    }

    public static Actor Actor { get; } = new("ab12cd34", "admin");

    public TenantDirectory Directory { get; }

    /// <summary>What the replica logged.</summary>
    public LogLines Log { get; } = new();

    public TenantChanges Changes { get; }

    public TenantStore Tenants { get; }

    public ProjectStore Projects { get; }

    public KeyStore Keys { get; }

    public LimitStore Limits { get; }

    /// <summary>The switches of targets that the replica was told to make.</summary>
    public List<TargetSwitch> Switched { get; } = [];

    /// <summary>A replica on a database whose schema is up to date; <paramref name="configured"/> are tenants of its configuration, without keys.</summary>
    public static async Task<ControlPlane> StartAsync(string connectionString, ManualTime time, params string[] configured)
    {
        var mistakes = new Mistakes("Gateway");
        var database = SqlDatabase.Create(connectionString, Path.GetTempPath(), mistakes)!;
        var tenants = ConfiguredTenants.Create(configured.ToDictionary(id => id, _ => new TenantOptions()), [], new Secrets("", new Dictionary<string, string>()), mistakes);
        Assert.Empty(mistakes.All);
        await Migrations.ApplyAsync(database, CancellationToken.None);
        var plane = new ControlPlane(database, tenants, time);
        await plane.RefreshAsync();
        return plane;
    }

    /// <summary>What the replica does once a second.</summary>
    public Task RefreshAsync() => _feed.RefreshAsync(CancellationToken.None);

    public Task<Tenant> CreateTenantAsync(string id) => Tenants.CreateAsync(new Tenant { Id = id, Name = id }, Actor, CancellationToken.None);

    public Task<(TenantKey Key, string Secret)> IssueAsync(string tenant, string id = "key_1", string project = "web", long? expiresAt = null) =>
        Keys.IssueAsync(new TenantKey { Id = id, Tenant = tenant, Project = project, Name = id, ExpiresAt = expiresAt }, Actor, CancellationToken.None);

    public void Dispose() => _feed.Dispose();

    /// <summary>Keeps levels and texts.</summary>
    internal sealed class LogLines : List<(LogLevel Level, string Text)>, ILogger<TenantFeed>
    {
        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) => Add((logLevel, formatter(state, exception)));
    }
}
