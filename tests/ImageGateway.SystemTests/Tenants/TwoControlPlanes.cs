using System.Data.Common;
using ImageGateway.Configuration;
using ImageGateway.Database;
using ImageGateway.SystemTests.Databases;
using ImageGateway.Tests;

namespace ImageGateway.SystemTests.Tenants;

/// <summary>Two replicas on a database of a test's own, whose clock it sets.</summary>
public abstract class TwoControlPlanes(TestDatabases databases) : IAsyncLifetime
{
    private protected ManualTime Time { get; } = new();

    private protected ControlPlane One { get; private set; } = null!;

    private protected ControlPlane Two { get; private set; } = null!;

    private protected string ConnectionString { get; private set; } = "";

    public async Task InitializeAsync()
    {
        ConnectionString = await databases.NewAsync();
        One = await ControlPlane.StartAsync(ConnectionString, Time, "configured");
        Two = await ControlPlane.StartAsync(ConnectionString, Time, "configured");
    }

    public Task DisposeAsync()
    {
        One.Dispose();
        Two.Dispose();
        return Task.CompletedTask;
    }

    private protected SqlDatabase Database => SqlDatabase.Create(ConnectionString, Path.GetTempPath(), new Mistakes("ConnectionStrings"))!;

    private protected Task<DbConnection> OpenAsync() => Database.OpenAsync(CancellationToken.None);
}
