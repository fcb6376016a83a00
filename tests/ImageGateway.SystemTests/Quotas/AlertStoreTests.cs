using System.Diagnostics.Metrics;
using System.Globalization;
using ImageGateway.Alerts;
using ImageGateway.Database;
using ImageGateway.Images;
using ImageGateway.Quotas;
using ImageGateway.SystemTests.Databases;
using ImageGateway.SystemTests.Ledger;
using ImageGateway.SystemTests.Running;
using ImageGateway.Tests;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;

namespace ImageGateway.SystemTests.Quotas;

/// <summary>Alerts in a database and on their way; each database is a subclass.</summary>
public abstract class AlertStoreTests(TestDatabases databases) : IAsyncLifetime
{
    private const long Hour = 3_600_000;

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

    [Fact]
    public async Task What_was_not_taken_comes_after_what_was_never_tried()
    {
        await AddAsync(2);
        var refused = await _store.ClaimAsync(Now, CancellationToken.None);
        await _store.EndAsync(refused!, null, Now + 1000, CancellationToken.None);
        _time.Advance(TimeSpan.FromSeconds(2));
        Assert.Equal([51, 50, null], [await ClaimAsync(), await ClaimAsync(), await ClaimAsync()]);
    }

    [Fact]
    public async Task What_waits_while_nobody_is_there_is_never_posted()
    {
        await AddAsync(2);
        await _store.DropAsync(CancellationToken.None);
        Assert.Null(await ClaimAsync());
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

    [Fact]
    public async Task Alert_that_was_raised_without_a_webhook_is_not_posted_to_a_later_one()
    {
        await AddAsync(1, isPosted: false);
        await AddAsync(2);
        Assert.Equal([51, null], [await ClaimAsync(), await ClaimAsync()]);
    }

    // Two months and a day later; a user may be called anything.
    [Fact]
    public async Task Alerts_of_windows_that_are_long_over_are_deleted_and_the_clean_keeps_the_rest()
    {
        await AddAsync(1);
        await AddAsync(1, "2026-11-20", scope: "user:acme/||");
        await AddAsync(1, "2026-11", isPosted: false);
        _time.Advance(TimeSpan.FromDays(63));
        await AddAsync(1, "2027-01");
        await _store.CleanAsync(_time.Now, CancellationToken.None);
        Assert.Equal((2, 1, 1), (await CountAsync("1 = 1"), await CountAsync("crossing LIKE '|tenant:acme%'"), await CountAsync("crossing LIKE '2027-01|tenant:acme%'")));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Hour_of_a_tenant_without_limits_is_told_even_while_budgets_cannot_be_read(bool isAway)
    {
        var hour = _time.Now.ToUnixTimeMilliseconds() / Hour * Hour;
        await SpendAsync("usual", hour - (24 * Hour), 16.8m);
        await SpendAsync("unusual", hour - (24 * Hour), 16.8m);
        await SpendAsync("usual", hour, 0.5m);
        await SpendAsync("unusual", hour, 2);
        await using var services = new ServiceCollection().AddMetrics().BuildServiceProvider();
        var meters = services.GetRequiredService<IMeterFactory>();
        var settlements = new Settlements(() => { }, NullLogger<Settlements>.Instance);
        IQuotaStore counters = isAway ? new AwayStore() : new MemoryQuotaStore(new NoHistory(), _time);
        var quota = new Quota(counters, new EmergencyAllowance(), () => new LimitBook([]), new OverrunMetrics(meters), settlements, _time);
        using var alerts = new BudgetAlerts(quota, _store, new AlertOptions(null, null, [100]), meters, _time, NullLogger<BudgetAlerts>.Instance);
        var touched = new TouchedBudget(new CounterUse("tenant:acme", new Limit(LimitKind.ByWord["usd_total"], 100, null), 1, _time.Now), HasRefused: true);
        quota.Touch(new Dictionary<string, IReadOnlyList<TouchedBudget>> { ["acme"] = [touched] });
        await alerts.StartAsync(CancellationToken.None);
        await _time.TimerAsync();
        _time.Advance(TimeSpan.FromSeconds(2));
        await Until.TrueAsync(async () => await CountAsync("crossing LIKE '%|tenant:unusual|%|spend.anomaly|' AND delivered_at IS NOT NULL") == 1, "the hour is told, to nobody but the log");
        await alerts.StopAsync(CancellationToken.None);
        Assert.Equal(1, await CountAsync("1 = 1"));
        Assert.Equal(isAway ? 1 : 0, quota.TakeTouched().Count);
    }

    private Task SpendAsync(string tenant, long hour, decimal usd) => _reader.ExecuteAsync(string.Create(CultureInfo.InvariantCulture, $"""
        INSERT INTO usage_hours (start_at, tenant, project, key_id, end_user, model, target, size, quality, operation, jobs, requests, images,
          text_input, image_input, cached_text_input, cached_image_input, image_output, text_output, charge, list_cost, billed_cost, avoided_cost)
        VALUES ({hour}, '{tenant}', '', '', '', '', '', '', '', '', 1, 1, 1, 0, 0, 0, 0, 0, 0, {(long)(usd * 1_000_000_000)}, 0, 0, 0)
        """));

    // Thresholds from 50 on, each a second later than the one before.
    private async Task AddAsync(int count, string window = "", string scope = "tenant:acme", bool isPosted = true)
    {
        var at = _time.Now.ToUnixTimeSeconds() - count;
        await _store.AddAsync([.. Enumerable.Range(0, count).Select(i => new Alert("", "budget.threshold", at + i, scope, "usd_total", window, 100, 90) { ThresholdPercent = 50 + i })], isPosted, CancellationToken.None);
    }

    private long Now => _time.Now.ToUnixTimeMilliseconds();

    private async Task<int?> ClaimAsync() => await _store.ClaimAsync(Now, CancellationToken.None) is { } alert ? int.Parse(alert.Crossing[^2..], CultureInfo.InvariantCulture) : null;

    private Task<long> CountAsync(string condition) => _reader.CountAsync($"alerts WHERE {condition}");

    private static async Task<WebApplication> ReceiverAsync(Func<int> answer)
    {
        var app = WebApplication.Create(["--urls", "http://127.0.0.1:0"]);
        app.MapPost("/", () => Results.StatusCode(answer()));
        await app.StartAsync();
        return app;
    }

    /// <summary>Redis that does not answer.</summary>
    private sealed class AwayStore : IQuotaStore
    {
        private static GatewayException Away => new(ErrorKind.StoreUnavailable, "It is away.");

        public ValueTask<QuotaAnswer> ReserveAsync(string tenant, string? id, IReadOnlyList<CounterUse> uses) => throw Away;

        public ValueTask<QuotaAnswer> CoverAsync(string tenant, string id, IReadOnlyList<CounterUse> uses, long generation) => throw Away;

        public ValueTask<bool> SettleAsync(string tenant, string id, long nanoUsd, long? outputTokens) => throw Away;

        public ValueTask<IReadOnlyList<CounterState>> ReadAsync(string tenant, IReadOnlyList<CounterUse> uses) => throw Away;

        public long? GenerationOf(string tenant) => throw Away;

        public Task RenewAsync(string tenant) => throw Away;
    }
}

public sealed class SqliteAlertStoreTests(SqliteDatabases databases) : AlertStoreTests(databases), IClassFixture<SqliteDatabases>;

public sealed class PostgresAlertStoreTests(PostgresDatabases databases) : AlertStoreTests(databases), IClassFixture<PostgresDatabases>;
