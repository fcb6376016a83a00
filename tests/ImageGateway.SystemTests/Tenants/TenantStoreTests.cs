using System.Data.Common;
using Dapper;
using ImageGateway.Configuration;
using ImageGateway.Database;
using ImageGateway.Images;
using ImageGateway.SystemTests.Databases;
using ImageGateway.Tenants;
using ImageGateway.Tests;
using Microsoft.Extensions.Logging;

namespace ImageGateway.SystemTests.Tenants;

/// <summary>Tenants, projects and keys in a database, as two replicas change and see them; each database is a subclass.</summary>
public abstract class TenantStoreTests(TestDatabases databases) : IAsyncLifetime
{
    private readonly ManualTime _time = new();
    private ControlPlane _one = null!;
    private ControlPlane _two = null!;

    private protected ControlPlane One => _one;

    private string ConnectionString { get; set; } = "";

    public async Task InitializeAsync()
    {
        ConnectionString = await databases.NewAsync();
        _one = await ControlPlane.StartAsync(ConnectionString, _time, "configured");
        _two = await ControlPlane.StartAsync(ConnectionString, _time, "configured");
    }

    public Task DisposeAsync()
    {
        _one.Dispose();
        _two.Dispose();
        return Task.CompletedTask;
    }

    [Fact]
    public async Task Key_opens_the_replica_that_issued_it_at_once_and_the_other_when_it_looks()
    {
        await _one.CreateTenantAsync("acme");
        var (key, secret) = await _one.IssueAsync("acme");

        var caller = _one.Directory.FindCaller(secret)!;
        Assert.Null(_two.Directory.FindCaller(secret));
        await _two.RefreshAsync();

        Assert.Equal(("acme", "web", "key_1"), (caller.Tenant, caller.Project, caller.KeyId));
        Assert.Equivalent(caller, _two.Directory.FindCaller(secret));
        Assert.Matches("^igw_[0-9a-f]{64}$", secret);
        Assert.Equal(secret[..8], key.Prefix);
        Assert.Equal(["web"], _two.Directory.Find("acme")!.Projects.Select(project => project.Id));
    }

    [Fact]
    public async Task Replica_that_starts_later_reads_everything()
    {
        await _one.CreateTenantAsync("acme");
        await _one.CreateTenantAsync("gone");
        var (_, secret) = await _one.IssueAsync("acme");
        var (_, configured) = await _one.IssueAsync("configured", "key_2");
        await _one.Tenants.DeleteAsync("gone", IfMatch.Any, ControlPlane.Actor, CancellationToken.None);

        using var three = await ControlPlane.StartAsync(ConnectionString, _time, "configured");

        Assert.Equal(["acme", "configured"], three.Directory.Tenants.Select(tenant => tenant.Id).Order());
        Assert.Equal("acme", three.Directory.FindCaller(secret)?.Tenant);
        Assert.Equal("configured", three.Directory.FindCaller(configured)?.Tenant);
    }

    [Fact]
    public async Task Disabled_tenant_project_or_key_is_refused_until_it_is_enabled()
    {
        await _one.CreateTenantAsync("acme");
        var (_, secret) = await _one.IssueAsync("acme");
        var switches = new List<Func<bool, Task>>
        {
            off => _one.Tenants.UpdateAsync("acme", tenant => tenant with { Disabled = off }, IfMatch.Any, ControlPlane.Actor, CancellationToken.None),
            off => _one.Projects.UpdateAsync("acme", "web", project => project with { Disabled = off }, IfMatch.Any, ControlPlane.Actor, CancellationToken.None),
            off => _one.Keys.UpdateAsync("acme", "key_1", key => key with { Disabled = off }, IfMatch.Any, ControlPlane.Actor, CancellationToken.None),
        };
        foreach (var disable in switches)
        {
            await disable(true);
            await _two.RefreshAsync();
            Assert.Null(_one.Directory.FindCaller(secret));
            Assert.Null(_two.Directory.FindCaller(secret));
            await disable(false);
            await _two.RefreshAsync();
            Assert.NotNull(_one.Directory.FindCaller(secret));
            Assert.NotNull(_two.Directory.FindCaller(secret));
        }
    }

    [Fact]
    public async Task Rotated_secret_is_valid_for_the_grace_period_and_the_new_one_after_it()
    {
        await _one.CreateTenantAsync("acme");
        var (_, old) = await _one.IssueAsync("acme");

        var (_, young) = await RotateAsync(TimeSpan.FromHours(1));
        _time.Advance(TimeSpan.FromMinutes(59));
        var within = (_one.Directory.FindCaller(old)?.KeyId, _one.Directory.FindCaller(young)?.KeyId);
        _time.Advance(TimeSpan.FromMinutes(1));

        Assert.Equal(("key_1", "key_1"), within);
        Assert.Null(_one.Directory.FindCaller(old));
        Assert.NotNull(_one.Directory.FindCaller(young));
    }

    [Fact]
    public async Task Rotation_without_grace_ends_every_earlier_secret_at_once()
    {
        await _one.CreateTenantAsync("acme");
        var (_, first) = await _one.IssueAsync("acme");
        var (_, second) = await RotateAsync(TimeSpan.FromDays(1));
        Assert.NotNull(_one.Directory.FindCaller(first));

        var (_, third) = await RotateAsync(TimeSpan.Zero);

        Assert.Null(_one.Directory.FindCaller(first));
        Assert.Null(_one.Directory.FindCaller(second));
        Assert.NotNull(_one.Directory.FindCaller(third));
    }

    [Fact]
    public async Task Expired_key_is_refused_rotated_or_not()
    {
        await _one.CreateTenantAsync("acme");
        var expires = _time.Now.AddMinutes(1).ToUnixTimeSeconds();
        var (_, old) = await _one.IssueAsync("acme", expiresAt: expires);
        var (_, young) = await RotateAsync(TimeSpan.FromHours(1));
        Assert.NotNull(_one.Directory.FindCaller(old));

        _time.Advance(TimeSpan.FromMinutes(1));

        Assert.Null(_one.Directory.FindCaller(old));
        Assert.Null(_one.Directory.FindCaller(young));
    }

    [Fact]
    public async Task Revoked_key_is_refused_with_its_earlier_secrets()
    {
        await _one.CreateTenantAsync("acme");
        var (_, old) = await _one.IssueAsync("acme");
        var (_, young) = await RotateAsync(TimeSpan.FromHours(1));
        await _two.RefreshAsync();

        await _one.Keys.DeleteAsync("acme", "key_1", IfMatch.Any, ControlPlane.Actor, CancellationToken.None);
        await _two.RefreshAsync();

        Assert.All(new[] { _one, _two }, replica => Assert.All([old, young], secret => Assert.Null(replica.Directory.FindCaller(secret))));
    }

    [Fact]
    public async Task Tenant_that_is_made_again_does_not_know_the_keys_it_had()
    {
        await _one.CreateTenantAsync("acme");
        var (_, secret) = await _one.IssueAsync("acme");

        await _one.Tenants.DeleteAsync("acme", IfMatch.Any, ControlPlane.Actor, CancellationToken.None);
        Assert.Null(_one.Directory.FindCaller(secret));
        await _one.CreateTenantAsync("acme");

        Assert.Null(_one.Directory.FindCaller(secret));
        Assert.Empty(_one.Directory.Find("acme")!.Projects);
    }

    [Fact]
    public async Task Tenant_that_takes_the_name_of_one_the_configuration_had_does_not_get_its_keys()
    {
        var (_, secret) = await _one.IssueAsync("configured");
        using var without = await ControlPlane.StartAsync(ConnectionString, _time);
        Assert.Null(without.Directory.FindCaller(secret));

        await without.CreateTenantAsync("configured");

        Assert.Null(without.Directory.FindCaller(secret));
    }

    [Theory]
    [InlineData("acme")]
    [InlineData("configured")]
    public async Task Id_taken_twice_is_a_conflict(string id)
    {
        await _one.CreateTenantAsync("acme");

        // The other replica need not have seen the first.
        Assert.Equal(ErrorKind.Conflict, (await Assert.ThrowsAsync<GatewayException>(() => _two.CreateTenantAsync(id))).Error.Kind);
    }

    [Fact]
    public async Task Update_of_an_old_version_is_refused_and_changes_nothing()
    {
        var first = await _one.CreateTenantAsync("acme");
        var second = await UpdateAsync(_two, "Acme 2", first.Version);

        var refused = await Assert.ThrowsAsync<GatewayException>(() => UpdateAsync(_one, "Acme 3", first.Version));

        Assert.Equal(ErrorKind.PreconditionFailed, refused.Error.Kind);
        Assert.True(second.Version > first.Version);
        await _one.RefreshAsync();
        Assert.Equal(second, _one.Directory.Find("acme")!.Tenant! with { Models = second.Models, RequiredTags = second.RequiredTags });
    }

    [Fact]
    public async Task Of_updates_at_once_of_one_version_one_wins()
    {
        var first = await _one.CreateTenantAsync("acme");

        var outcomes = await Task.WhenAll(Enumerable.Range(0, 8).Select(i => Task.Run(async () =>
        {
            try
            {
                await UpdateAsync(i % 2 == 0 ? _one : _two, $"Acme {i}", first.Version);
                return true;
            }
            catch (GatewayException e) when (e.Error.Kind == ErrorKind.PreconditionFailed)
            {
                return false;
            }
        })));

        Assert.Single(outcomes, won => won);
    }

    [Fact]
    public async Task Database_that_is_away_leaves_the_directory_as_it_is_and_is_logged_once()
    {
        await _one.CreateTenantAsync("acme");
        var (_, secret) = await _one.IssueAsync("acme");

        await ExecuteAsync("ALTER TABLE control_changes RENAME TO away");
        await _one.RefreshAsync();
        await _one.RefreshAsync();
        var known = _one.Directory.FindCaller(secret);
        var refused = await Assert.ThrowsAsync<GatewayException>(() => _one.CreateTenantAsync("other"));
        await ExecuteAsync("ALTER TABLE away RENAME TO control_changes");
        await _one.RefreshAsync();

        Assert.Equal("acme", known?.Tenant);
        Assert.Equal(ErrorKind.StoreUnavailable, refused.Error.Kind);
        Assert.Equal([LogLevel.Warning, LogLevel.Information], _one.Log.Select(line => line.Level));
        await _one.CreateTenantAsync("other");
    }

    [Fact]
    public async Task Nothing_that_is_stored_is_a_secret()
    {
        await _one.CreateTenantAsync("acme");
        var (_, first) = await _one.IssueAsync("acme");
        var (_, second) = await RotateAsync(TimeSpan.FromHours(1));

        await using var connection = await OpenAsync();
        var rows = await connection.QueryAsync<string>("SELECT settings FROM tenant_keys UNION ALL SELECT hash FROM key_secrets UNION ALL SELECT COALESCE(before_json, '') || COALESCE(after_json, '') FROM audit");

        Assert.All(rows, row => Assert.All([first, second], secret => Assert.DoesNotContain(secret[8..24], row, StringComparison.OrdinalIgnoreCase)));
        var records = await connection.QueryAsync<string>("SELECT action FROM audit ORDER BY number");
        Assert.Equal(["tenant.create", "project.create", "key.create", "key.rotate"], records);
    }

    private Task<(TenantKey Key, string Secret)> RotateAsync(TimeSpan grace) => _one.Keys.RotateAsync("acme", "key_1", grace, IfMatch.Any, ControlPlane.Actor, CancellationToken.None);

    private protected Task<DbConnection> OpenAsync() => SqlDatabase.Create(ConnectionString, Path.GetTempPath(), new Mistakes("ConnectionStrings"))!.OpenAsync(CancellationToken.None);

    private async Task ExecuteAsync(string sql)
    {
        await using var connection = await OpenAsync();
        await connection.ExecuteAsync(sql);
    }

    private static Task<Tenant> UpdateAsync(ControlPlane replica, string name, long version) =>
        replica.Tenants.UpdateAsync("acme", tenant => tenant with { Name = name }, new IfMatch([version]), ControlPlane.Actor, CancellationToken.None);
}

/// <summary>The same on SQLite, and what only a file can meet.</summary>
public sealed class SqliteTenantStoreTests(SqliteDatabases databases) : TenantStoreTests(databases), IClassFixture<SqliteDatabases>
{
    [Fact]
    public async Task Full_disk_refuses_changes_until_there_is_room()
    {
        await One.CreateTenantAsync("acme");
        await BoundAsync("(SELECT page_count FROM pragma_page_count)");
        var refused = await Assert.ThrowsAsync<GatewayException>(async () =>
        {
            for (var i = 0; i < 1000; i++)
                await One.IssueAsync("acme", $"key_{i}");
        });
        await Assert.ThrowsAsync<GatewayException>(() => One.IssueAsync("acme", "key_full"));
        await BoundAsync("1000000");

        Assert.Equal(ErrorKind.StoreUnavailable, refused.Error.Kind);
        var (_, secret) = await One.IssueAsync("acme", "key_full");
        Assert.NotNull(One.Directory.FindCaller(secret));
    }

    // As if the disk ended there: the bound is the connection's, and connections are pooled.
    private async Task BoundAsync(string pages)
    {
        var connections = new List<DbConnection>();
        for (var i = 0; i < 4; i++)
            connections.Add(await OpenAsync());
        foreach (var connection in connections)
        {
            var most = await connection.ExecuteScalarAsync<long>($"SELECT {pages}");
            await connection.ExecuteAsync($"PRAGMA max_page_count = {most}");
            await connection.DisposeAsync();
        }
    }
}

/// <summary>The same on PostgreSQL.</summary>
public sealed class PostgresTenantStoreTests(PostgresDatabases databases) : TenantStoreTests(databases), IClassFixture<PostgresDatabases>;
