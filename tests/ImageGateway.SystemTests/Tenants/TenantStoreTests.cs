using System.Data.Common;
using Dapper;
using ImageGateway.Database;
using ImageGateway.Images;
using ImageGateway.SystemTests.Databases;
using ImageGateway.SystemTests.Running;
using ImageGateway.Tenants;
using Microsoft.Extensions.Logging;

namespace ImageGateway.SystemTests.Tenants;

/// <summary>Tenants, projects and keys in a database, as two replicas change and see them; each database is a subclass.</summary>
public abstract class TenantStoreTests(TestDatabases databases) : TwoControlPlanes(databases)
{
    [Fact]
    public async Task Key_opens_the_replica_that_issued_it_at_once_and_the_other_when_it_looks()
    {
        await One.CreateTenantAsync("acme");
        var (key, secret) = await One.IssueAsync("acme");

        var caller = One.Directory.FindCaller(secret)!;
        Assert.Null(Two.Directory.FindCaller(secret));
        await Two.RefreshAsync();

        Assert.Equal(("acme", "web", "key_1"), (caller.Tenant, caller.Project, caller.KeyId));
        Assert.Equivalent(caller, Two.Directory.FindCaller(secret));
        Assert.Matches("^igw_[0-9a-f]{64}$", secret);
        Assert.Equal(secret[..8], key.Prefix);
        Assert.Equal(["web"], Two.Directory.Find("acme")!.Projects.Select(project => project.Id));
    }

    [Fact]
    public async Task Replica_that_starts_later_reads_everything()
    {
        await One.CreateTenantAsync("acme");
        await One.CreateTenantAsync("gone");
        var (_, secret) = await One.IssueAsync("acme");
        var (_, configured) = await One.IssueAsync("configured", "key_2");
        await One.Tenants.DeleteAsync("gone", IfMatch.Any, ControlPlane.Actor, CancellationToken.None);

        using var three = await ControlPlane.StartAsync(ConnectionString, Time, "configured");

        Assert.Equal(["acme", "configured"], three.Directory.Tenants.Select(tenant => tenant.Id).Order());
        Assert.Equal("acme", three.Directory.FindCaller(secret)?.Tenant);
        Assert.Equal("configured", three.Directory.FindCaller(configured)?.Tenant);
    }

    [Fact]
    public async Task Disabled_tenant_project_or_key_is_refused_until_it_is_enabled()
    {
        await One.CreateTenantAsync("acme");
        var (_, secret) = await One.IssueAsync("acme");
        var switches = new List<Func<bool, Task>>
        {
            off => One.Tenants.UpdateAsync("acme", tenant => tenant with { Disabled = off }, IfMatch.Any, ControlPlane.Actor, CancellationToken.None),
            off => One.Projects.UpdateAsync("acme", "web", project => project with { Disabled = off }, IfMatch.Any, ControlPlane.Actor, CancellationToken.None),
            off => One.Keys.UpdateAsync("acme", "key_1", key => key with { Disabled = off }, IfMatch.Any, ControlPlane.Actor, CancellationToken.None),
        };
        foreach (var disable in switches)
        {
            await disable(true);
            await Two.RefreshAsync();
            Assert.Null(One.Directory.FindCaller(secret));
            Assert.Null(Two.Directory.FindCaller(secret));
            await disable(false);
            await Two.RefreshAsync();
            Assert.NotNull(One.Directory.FindCaller(secret));
            Assert.NotNull(Two.Directory.FindCaller(secret));
        }
    }

    [Theory]
    [InlineData("acme")]
    [InlineData("configured")]
    public async Task Id_taken_twice_is_a_conflict(string id)
    {
        await One.CreateTenantAsync("acme");

        // The other replica need not have seen the first.
        Assert.Equal(ErrorKind.Conflict, (await Assert.ThrowsAsync<GatewayException>(() => Two.CreateTenantAsync(id))).Error.Kind);
    }

    [Fact]
    public async Task Update_of_an_old_version_is_refused_and_changes_nothing()
    {
        var first = await One.CreateTenantAsync("acme");
        var second = await UpdateAsync(Two, "Acme 2", first.Version);

        var refused = await Assert.ThrowsAsync<GatewayException>(() => UpdateAsync(One, "Acme 3", first.Version));

        Assert.Equal(ErrorKind.PreconditionFailed, refused.Error.Kind);
        Assert.True(second.Version > first.Version);
        await One.RefreshAsync();
        Assert.Equal(second, One.Directory.Find("acme")!.Tenant! with { Models = second.Models, RequiredTags = second.RequiredTags });
    }

    [Fact]
    public async Task Of_updates_at_once_of_one_version_one_wins()
    {
        var first = await One.CreateTenantAsync("acme");

        var outcomes = await Task.WhenAll(Enumerable.Range(0, 8).Select(i => Task.Run(async () =>
        {
            try
            {
                await UpdateAsync(i % 2 == 0 ? One : Two, $"Acme {i}", first.Version);
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
    public async Task Project_does_not_get_limits_that_were_left_under_its_name()
    {
        await One.Limits.SetAsync(new IssuedLimits { Scope = "project:configured/web", Tenant = "configured", UsdPerDay = 1 }, _ => { }, IfMatch.Any, ControlPlane.Actor, CancellationToken.None);

        await Two.IssueAsync("configured");
        await One.RefreshAsync();

        Assert.All(new[] { One, Two }, replica => Assert.Empty(replica.Directory.Limits));
    }

    [Fact]
    public async Task Switch_of_a_target_reaches_the_other_replica_once_and_one_that_starts_later()
    {
        await SwitchAsync(One, new TargetSwitch("openai/a", true));
        await SwitchAsync(Two, new TargetSwitch("openai/b", true));
        await SwitchAsync(Two, new TargetSwitch("openai/b", false));
        await One.RefreshAsync();
        await One.RefreshAsync();
        using var three = await ControlPlane.StartAsync(ConnectionString, Time, "configured");

        Assert.Equal([new("openai/a", true), new("openai/b", false)], One.Switched);
        Assert.Equal([new("openai/a", true), new("openai/b", true), new("openai/b", false)], Two.Switched);
        Assert.Equal([new("openai/a", true), new("openai/b", false)], three.Switched.OrderBy(made => made.Target));
    }

    private static Task<TargetSwitch> SwitchAsync(ControlPlane replica, TargetSwitch made) => replica.Changes.MakeAsync(ControlPlane.Actor, async change =>
    {
        await change.SaveAsync(made);
        return made;
    }, CancellationToken.None);

    [Fact]
    public async Task Database_that_is_away_leaves_the_directory_as_it_is_and_is_logged_once()
    {
        await One.CreateTenantAsync("acme");
        var (_, secret) = await One.IssueAsync("acme");

        await ExecuteAsync("ALTER TABLE control_changes RENAME TO away");
        await One.RefreshAsync();
        await One.RefreshAsync();
        var known = One.Directory.FindCaller(secret);
        var refused = await Assert.ThrowsAsync<GatewayException>(() => One.CreateTenantAsync("other"));
        await ExecuteAsync("ALTER TABLE away RENAME TO control_changes");
        await One.RefreshAsync();

        Assert.Equal("acme", known?.Tenant);
        Assert.Equal(ErrorKind.StoreUnavailable, refused.Error.Kind);
        Assert.Equal([LogLevel.Warning, LogLevel.Information], One.Log.Select(line => line.Level));
        await One.CreateTenantAsync("other");
    }

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
public sealed class PostgresTenantStoreTests(PostgresDatabases databases) : TenantStoreTests(databases), IClassFixture<PostgresDatabases>
{
    // A table of those it reads last is locked, so that the change falls between its queries.
    [Fact]
    public async Task Change_that_is_made_while_a_replica_reads_takes_no_tenant_away()
    {
        await One.CreateTenantAsync("acme");
        var (_, secret) = await One.IssueAsync("acme");
        await Two.RefreshAsync();
        await One.CreateTenantAsync("other");
        await using var connection = await OpenAsync();
        await using var locked = await connection.BeginTransactionAsync();
        await connection.ExecuteAsync("LOCK TABLE key_secrets IN ACCESS EXCLUSIVE MODE");

        var reading = Two.RefreshAsync();
        await Until.TrueAsync(async () => await connection.ExecuteScalarAsync<long>("SELECT count(*) FROM pg_locks WHERE relation = 'key_secrets'::regclass AND NOT granted") > 0, "the replica is at the secrets");
        await using (var change = await ControlChange.BeginAsync(Database, ControlPlane.Actor, Time.Now, CancellationToken.None))
        {
            var acme = (await change.FindTenantAsync("acme"))!;
            await change.RecordAsync("tenant.update", "tenant:acme", "acme", acme, acme);
            await change.CommitAsync();
        }
        await locked.RollbackAsync();
        await reading;

        Assert.Equal("acme", Two.Directory.FindCaller(secret)?.Tenant);
        Assert.Equal(["acme", "other"], Two.Directory.Tenants.Select(tenant => tenant.Id).Where(id => id != "configured").Order());
    }
}
