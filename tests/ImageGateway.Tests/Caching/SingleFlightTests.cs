using System.Text;
using ImageGateway.Caching;
using ImageGateway.Images;
using Microsoft.AspNetCore.Http;
using static ImageGateway.Tests.Caching.RecordedAnswers;

namespace ImageGateway.Tests.Caching;

/// <summary>Whose failure is whose, among identical jobs.</summary>
public sealed class SingleFlightTests : IDisposable
{
    private static readonly GatewayError Refusal = new(ErrorKind.ProviderRefusal, "Not that.") { Provider = new ProviderWords(400, null, "moderation_blocked") };

    private readonly RunningJobs _runningJobs = new(TimeProvider.System);
    private readonly Flights _flights = new();
    private readonly SingleFlight _single;
    private int _runs;

    public SingleFlightTests()
    {
        var (answers, recorder) = (new MemoryAnswerStore(1 << 20, TimeProvider.System), new AnswerRecorder(new BlockPool(), new RecordingBudget(new BufferBudget(1 << 20)), _runningJobs, TimeProvider.System));
        _single = new SingleFlight(_flights, new RemoteFlights(new MemoryClaimStore(TimeProvider.System), answers, _runningJobs, TimeProvider.System), answers, recorder, new StoredDelivery(TimeProvider.System), TimeProvider.System);
    }

    public void Dispose() => _runningJobs.Dispose();

    [Theory]
    [InlineData(nameof(ErrorKind.InsufficientQuota))]
    [InlineData(nameof(ErrorKind.RateLimited))]
    [InlineData(nameof(ErrorKind.StoreUnavailable))]
    public async Task Failure_of_a_leaders_own_is_nobody_elses(string word)
    {
        var kind = Enum.Parse<ErrorKind>(word);
        var jobs = await TogetherAsync(3, (one, run) => run < 3 ? throw new GatewayException(kind, "Yours alone.") : DrawAsync(one));
        Assert.Equal(3, _runs);
        Assert.Equal([kind, kind], (await EndsAsync(jobs)).OfType<GatewayException>().Select(e => e.Error.Kind));
    }

    [Fact]
    public async Task Client_that_leaves_is_no_failure_for_the_others()
    {
        var jobs = await TogetherAsync(3, (one, run) => run < 3 ? throw new OperationCanceledException() : DrawAsync(one));
        Assert.Equal(3, _runs);
        Assert.Equal(1, (await EndsAsync(jobs)).Count(end => end is null));
    }

    [Fact]
    public async Task Second_failure_of_providers_is_everybodys()
    {
        var jobs = await TogetherAsync(4, (one, _) => throw new GatewayException(one.Record.Upstream = new GatewayError(ErrorKind.RateLimited, "None has room.")));
        Assert.Equal(2, _runs);
        Assert.All(await EndsAsync(jobs), end => Assert.IsType<GatewayException>(end));
    }

    [Fact]
    public async Task Refusal_within_a_stream_is_everybodys_at_once()
    {
        var jobs = await TogetherAsync(3, (one, _) =>
        {
            one.Record.Upstream = Refusal;
            one.Record.Fail("moderation_blocked", isRefusal: true);
            return Task.CompletedTask;
        });
        Assert.Equal(1, _runs);
        Assert.Equal([Refusal, Refusal], (await EndsAsync(jobs)).OfType<GatewayException>().Select(e => e.Error));
    }

    // Where nothing lies, nobody elsewhere need look, nor wait for the next one.
    [Fact]
    public void Answer_is_told_to_be_stored_where_identical_jobs_find_it()
    {
        var answer = Stored(Json([1, 2, 3]));
        Assert.Equal("stored", RemoteFlights.Outcome(new FlightEnd(answer) { StoredAs = "a fox" }, "a fox"));
        Assert.Equal("unkept", RemoteFlights.Outcome(new FlightEnd(answer) { StoredAs = "a fox of another model" }, "a fox"));
        Assert.Equal("unkept", RemoteFlights.Outcome(new FlightEnd(answer), "a fox"));
        Assert.Equal("unkept", RemoteFlights.Outcome(new FlightEnd(null), "a fox"));
    }

    // Each call waits until all the others follow it.
    private async Task<IReadOnlyList<Task>> TogetherAsync(int count, Func<Client, int, Task> draw)
    {
        var jobs = Enumerable.Range(0, count).Select(_ => new Client()).Select(client => _single.RunAsync(client.Http, client.Ask, "a fox", _ => Task.FromResult<string?>("a fox"), async _ =>
        {
            var run = Interlocked.Increment(ref _runs);
            await UntilAsync(() => _flights.Followers == count - run);
            await draw(client, run);
        })).ToList<Task>();
        await Task.WhenAny(Task.WhenAll(jobs), Task.Delay(TimeSpan.FromSeconds(60)));
        return jobs;
    }

    private static async Task DrawAsync(Client client)
    {
        await client.Record.BeginAsync("west/gpt-image-1", "gpt-image-1", client.Record.Job.Parameters, null, 0, 1);
        await client.Http.Response.BodyWriter.WriteAsync(Encoding.UTF8.GetBytes(Json([1, 2, 3])));
        client.Record.Complete();
    }

    private static async Task<IReadOnlyList<Exception?>> EndsAsync(IReadOnlyList<Task> jobs) =>
        [.. await Task.WhenAll(jobs.Select(async job => await Record.ExceptionAsync(() => job)))];

    private static async Task UntilAsync(Func<bool> condition)
    {
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(60));
        for (; !condition(); await Task.Yield())
            patience.Token.ThrowIfCancellationRequested();
    }

    private sealed class Client
    {
        public Client()
        {
            var job = new ImageJob { Operation = Operation.Generation, Prompt = "a fox", Parameters = new ImageParameters(), Body = null! };
            Record = new JobRecord("id", new Caller("acme", "web", "acme/web", ["*"], Tier.Final), job, TimeProvider.System, _ => ValueTask.CompletedTask);
            Ask = new ReplayAsk(Record, CacheRule.Default, [new DrawingModel("gpt-image-1", 1, new Lazy<string>("a fox"), new Lazy<string?>(() => null))], new Lazy<string>("the body"), _ => false);
        }

        public DefaultHttpContext Http { get; } = new();

        public JobRecord Record { get; }

        public ReplayAsk Ask { get; }
    }
}
