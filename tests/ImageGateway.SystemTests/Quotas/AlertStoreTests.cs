using ImageGateway.Alerts;
using ImageGateway.Database;
using ImageGateway.SystemTests.Databases;
using ImageGateway.SystemTests.Ledger;
using ImageGateway.SystemTests.Running;
using ImageGateway.Tests;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging.Abstractions;

namespace ImageGateway.SystemTests.Quotas;

/// <summary>Alerts in a database and on their way; each database is a subclass.</summary>
public abstract class AlertStoreTests(TestDatabases databases) : IAsyncLifetime
{
    private readonly ManualTime _time = new();
    private LedgerReader _reader = null!;
    private AlertStore _store = null!;

    public async Task InitializeAsync()
    {
        _reader = new LedgerReader(await databases.NewAsync());
        await Migrations.ApplyAsync(_reader.Database, CancellationToken.None);
        _store = new AlertStore(_reader.Database);
    }

    public Task DisposeAsync() => Task.CompletedTask;

    [Fact]
    public async Task Alert_is_claimed_by_one_until_its_claim_has_ended_the_oldest_first()
    {
        await AddAsync(3);
        Assert.Equal([50, 51, 52, null], [await ClaimAsync(), await ClaimAsync(), await ClaimAsync(), await ClaimAsync()]);
        _time.Advance(TimeSpan.FromMinutes(1));
        Assert.Equal(50, await ClaimAsync());
    }

    // Each time that the receiver does not take one may last ten seconds.
    [Fact]
    public async Task Delivery_ends_with_the_first_that_is_not_taken_and_comes_again()
    {
        await AddAsync(3);
        var (posts, isDown) = (0, true);
        await using var receiver = await ReceiverAsync(() =>
        {
            posts++;
            return isDown ? 500 : 200;
        });
        using var webhook = new Webhook(new Uri($"{receiver.Urls.Single()}/"), "secret", _time);
        using var delivery = new AlertDelivery(_store, webhook, _time, NullLogger<AlertDelivery>.Instance);
        await delivery.StartAsync(CancellationToken.None);
        await _time.TimerAsync();
        _time.Advance(TimeSpan.FromSeconds(2));
        await Until.TrueAsync(async () => await CountAsync("tries = 1") == 1, "the first was tried");
        Assert.Equal((1, 3), (posts, await CountAsync("due_at = 0 OR tries = 1")));
        isDown = false;
        await Until.TrueAsync(
            async () =>
            {
                _time.Advance(TimeSpan.FromSeconds(2));
                return await CountAsync("delivered_at IS NOT NULL") == 3;
            },
            "all are delivered");
        Assert.Equal(4, posts);
        await delivery.StopAsync(CancellationToken.None);
    }

    // Thresholds from 50 on, each a second later than the one before.
    private async Task AddAsync(int count)
    {
        var at = _time.Now.ToUnixTimeSeconds() - count;
        await _store.AddAsync([.. Enumerable.Range(0, count).Select(i => new Alert("", "budget.threshold", at + i, "tenant:acme", "usd_total", "", 100, 90) { ThresholdPercent = 50 + i })], CancellationToken.None);
    }

    private async Task<int?> ClaimAsync() => await _store.ClaimAsync(_time.Now.ToUnixTimeMilliseconds(), CancellationToken.None) is { } alert ? int.Parse(alert.Crossing[^2..], System.Globalization.CultureInfo.InvariantCulture) : null;

    private Task<long> CountAsync(string condition) => _reader.CountAsync($"alerts WHERE {condition}");

    private static async Task<WebApplication> ReceiverAsync(Func<int> answer)
    {
        var app = WebApplication.Create(["--urls", "http://127.0.0.1:0"]);
        app.MapPost("/", () => Results.StatusCode(answer()));
        await app.StartAsync();
        return app;
    }
}

public sealed class SqliteAlertStoreTests(SqliteDatabases databases) : AlertStoreTests(databases), IClassFixture<SqliteDatabases>;

public sealed class PostgresAlertStoreTests(PostgresDatabases databases) : AlertStoreTests(databases), IClassFixture<PostgresDatabases>;
