using Dapper;
using ImageGateway.SystemTests.Databases;
using ImageGateway.Tenants;

namespace ImageGateway.SystemTests.Tenants;

/// <summary>Which secrets open what, from the day a key is issued to the day its tenant is gone.</summary>
public abstract class KeyStoreTests(TestDatabases databases) : TwoControlPlanes(databases)
{
    [Fact]
    public async Task Rotated_secret_is_valid_for_the_grace_period_and_the_new_one_after_it()
    {
        await One.CreateTenantAsync("acme");
        var (_, old) = await One.IssueAsync("acme");

        var (_, young) = await RotateAsync(TimeSpan.FromHours(1));
        Time.Advance(TimeSpan.FromMinutes(59));
        var within = (One.Directory.FindCaller(old)?.KeyId, One.Directory.FindCaller(young)?.KeyId);
        Time.Advance(TimeSpan.FromMinutes(1));

        Assert.Equal(("key_1", "key_1"), within);
        Assert.Null(One.Directory.FindCaller(old));
        Assert.NotNull(One.Directory.FindCaller(young));
    }

    [Fact]
    public async Task Rotation_without_grace_ends_every_earlier_secret_at_once()
    {
        await One.CreateTenantAsync("acme");
        var (_, first) = await One.IssueAsync("acme");
        var (_, second) = await RotateAsync(TimeSpan.FromDays(1));
        Assert.NotNull(One.Directory.FindCaller(first));

        var (_, third) = await RotateAsync(TimeSpan.Zero);

        Assert.Null(One.Directory.FindCaller(first));
        Assert.Null(One.Directory.FindCaller(second));
        Assert.NotNull(One.Directory.FindCaller(third));
    }

    [Fact]
    public async Task Expired_key_is_refused_rotated_or_not()
    {
        await One.CreateTenantAsync("acme");
        var expires = Time.Now.AddMinutes(1).ToUnixTimeSeconds();
        var (_, old) = await One.IssueAsync("acme", expiresAt: expires);
        var (_, young) = await RotateAsync(TimeSpan.FromHours(1));
        Assert.NotNull(One.Directory.FindCaller(old));

        Time.Advance(TimeSpan.FromMinutes(1));

        Assert.Null(One.Directory.FindCaller(old));
        Assert.Null(One.Directory.FindCaller(young));
    }

    [Fact]
    public async Task Revoked_key_is_refused_with_its_earlier_secrets()
    {
        await One.CreateTenantAsync("acme");
        var (_, old) = await One.IssueAsync("acme");
        var (_, young) = await RotateAsync(TimeSpan.FromHours(1));
        await Two.RefreshAsync();

        await One.Keys.DeleteAsync("acme", "key_1", IfMatch.Any, ControlPlane.Actor, CancellationToken.None);
        await Two.RefreshAsync();

        Assert.All(new[] { One, Two }, replica => Assert.All([old, young], secret => Assert.Null(replica.Directory.FindCaller(secret))));
    }

    [Fact]
    public async Task Tenant_that_is_made_again_does_not_know_the_keys_it_had()
    {
        await One.CreateTenantAsync("acme");
        var (_, secret) = await One.IssueAsync("acme");

        await One.Tenants.DeleteAsync("acme", IfMatch.Any, ControlPlane.Actor, CancellationToken.None);
        Assert.Null(One.Directory.FindCaller(secret));
        await One.CreateTenantAsync("acme");

        Assert.Null(One.Directory.FindCaller(secret));
        Assert.Empty(One.Directory.Find("acme")!.Projects);
    }

    [Fact]
    public async Task Tenant_that_takes_the_name_of_one_the_configuration_had_does_not_get_its_keys()
    {
        var (_, secret) = await One.IssueAsync("configured");
        using var without = await ControlPlane.StartAsync(ConnectionString, Time);
        Assert.Null(without.Directory.FindCaller(secret));

        await without.CreateTenantAsync("configured");

        Assert.Null(without.Directory.FindCaller(secret));
    }

    [Fact]
    public async Task Nothing_that_is_stored_is_a_secret()
    {
        await One.CreateTenantAsync("acme");
        var (_, first) = await One.IssueAsync("acme");
        var (_, second) = await RotateAsync(TimeSpan.FromHours(1));

        await using var connection = await OpenAsync();
        var rows = await connection.QueryAsync<string>("SELECT settings FROM tenant_keys UNION ALL SELECT hash FROM key_secrets UNION ALL SELECT COALESCE(before_json, '') || COALESCE(after_json, '') FROM audit");

        Assert.All(rows, row => Assert.All([first, second], secret => Assert.DoesNotContain(secret[8..24], row, StringComparison.OrdinalIgnoreCase)));
        var records = await connection.QueryAsync<string>("SELECT action FROM audit ORDER BY number");
        Assert.Equal(["tenant.create", "project.create", "key.create", "key.rotate"], records);
    }

    private Task<(TenantKey Key, string Secret)> RotateAsync(TimeSpan grace) => One.Keys.RotateAsync("acme", "key_1", grace, IfMatch.Any, ControlPlane.Actor, CancellationToken.None);
}

public sealed class SqliteKeyStoreTests(SqliteDatabases databases) : KeyStoreTests(databases), IClassFixture<SqliteDatabases>;

public sealed class PostgresKeyStoreTests(PostgresDatabases databases) : KeyStoreTests(databases), IClassFixture<PostgresDatabases>;
