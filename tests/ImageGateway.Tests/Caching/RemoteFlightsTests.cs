using ImageGateway.Caching;
using ImageGateway.Caching.Redis;
using ImageGateway.Images;
using ImageGateway.Tests.Caching.Redis;
using ImageGateway.Tests.Databases;

namespace ImageGateway.Tests.Caching;

/// <summary>Two replicas with one Redis: what the one is told of the other's flight.</summary>
[Collection(RedisCollection.Name)]
public sealed class RemoteFlightsTests : IAsyncLifetime
{
    private const string Name = "of the first model";
    private const string Fallback = "of the second model";

    private readonly RedisServer _server = new();
    private readonly RunningJobs _runningJobs = new(TimeProvider.System);
    private readonly List<RedisConnection> _connections = [];
    private RemoteFlights _here = null!;
    private RemoteFlights _there = null!;
    private RedisAnswerStore _answers = null!;

    public async Task InitializeAsync() => (_here, _there) = (await ReplicaAsync(), await ReplicaAsync());

    public Task DisposeAsync()
    {
        _connections.ForEach(connection => connection.Dispose());
        _server.Dispose();
        _runningJobs.Dispose();
        return Task.CompletedTask;
    }

    [Theory]
    [InlineData(Name, true, true)]
    [InlineData(Fallback, true, true)]
    [InlineData(Fallback, false, false)]
    [InlineData(null, true, false)]
    public async Task Answer_is_found_under_the_key_of_the_model_that_drew_it_by_those_who_may_have_it(string? storedAs, bool mayHaveFallback, bool isFound)
    {
        var (leader, follower, answer) = (Ask(true), Ask(mayHaveFallback), RecordedAnswers.Of(1_000));
        await using var lead = await _here.ClaimAsync(leader, Name, false, default);
        Assert.Null(lead!.Elsewhere);
        var following = _there.ClaimAsync(follower, Name, false, default);
        await Accepted(follower);

        if (storedAs is not null)
            Assert.True(await _answers.KeepAsync(leader.Partition, storedAs, answer, TimeSpan.FromHours(1)));
        await lead.LandAsync(new FlightEnd(answer) { StoredAs = storedAs });

        await using var end = await following;
        Assert.Null(end!.Elsewhere!.Error);
        Assert.Equal(isFound, end.Elsewhere.Answer is not null);
    }

    [Fact]
    public async Task Who_follows_when_the_gateway_stops_is_told_so()
    {
        var follower = Ask(true);
        await using var lead = await _here.ClaimAsync(Ask(true), Name, false, default);
        var following = _there.ClaimAsync(follower, Name, false, default);
        await Accepted(follower);
        _runningJobs.End();
        Assert.Equal(ErrorKind.Stopped, (await Assert.ThrowsAsync<GatewayException>(() => following)).Error.Kind);
    }

    private readonly Dictionary<ReplayAsk, TaskCompletionSource> _accepted = [];

    // A follower is accepted when it has seen that another leads.
    private Task Accepted(ReplayAsk ask) => _accepted[ask].Task.WaitAsync(TimeSpan.FromSeconds(60));

    private async Task<RemoteFlights> ReplicaAsync()
    {
        var connection = await RedisAnswerStoreTests.ConnectAsync(_server);
        _connections.Add(connection);
        _answers = new RedisAnswerStore(connection, TimeProvider.System);
        return new RemoteFlights(new RedisClaimStore(connection), _answers, _runningJobs, TimeProvider.System);
    }

    private ReplayAsk Ask(bool mayHaveFallback)
    {
        var accepted = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var job = new ImageJob { Operation = Operation.Generation, Prompt = "a fox", Parameters = new ImageParameters(), Body = null! };
        var record = new JobRecord("id", new Caller("acme", "web", "acme/web", ["*"], Tier.Final), job, TimeProvider.System, _ => ValueTask.CompletedTask)
        {
            Accepting = () =>
            {
                accepted.TrySetResult();
                return Task.CompletedTask;
            },
        };
        DrawingModel[] models = [Model("first", Name), Model("second", Fallback)];
        var ask = new ReplayAsk(record, CacheRule.Default, mayHaveFallback ? models : models[..1], new Lazy<string>("the body"), _ => false);
        _accepted[ask] = accepted;
        return ask;
    }

    private static DrawingModel Model(string name, string key) => new(name, 1, new Lazy<string>(key), new Lazy<string?>(() => null));
}
