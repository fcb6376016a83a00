using System.Buffers;
using System.Text;
using ImageGateway.Caching;
using ImageGateway.Images;
using Microsoft.AspNetCore.Http;
using static ImageGateway.Tests.Caching.RecordedAnswers;

namespace ImageGateway.Tests.Caching;

/// <summary>What the client of a follower gets of a stream of three pictures.</summary>
public sealed class FollowerTests : IDisposable
{
    private static readonly GatewayException Failure = new(ErrorKind.UpstreamError, "It broke off.");

    private readonly byte[][] _pictures = [.. Enumerable.Range(1, 3).Select(seed => new Random(seed).Bytes(30_000))];
    private readonly ManualTime _time = new();
    private readonly DefaultHttpContext _http = new();
    private readonly MemoryStream _body = new();
    private readonly ReplayAsk _ask = Ask();
    private readonly Follower _follower;

    public FollowerTests()
    {
        _http.Response.Body = _body;
        _follower = new Follower(_http, _ask, new StoredDelivery(_time), _time);
    }

    public void Dispose() => _body.Dispose();

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public async Task Whoever_joins_gets_each_picture_once(int missed)
    {
        await using var flight = Flight();
        Pass(flight, _pictures[..missed]);
        var following = _follower.FollowAsync(flight);
        Pass(flight, _pictures[missed..]);
        flight.Land(new FlightEnd(Stored(string.Concat(_pictures.Select(Completed)))));
        await following;
        Assert.Equal(_pictures.Select(Convert.ToHexString).Order(), Sent().Order());
        Assert.Equal(JobStatus.Cached, _ask.Record.Status);
    }

    [Fact]
    public async Task Client_with_a_picture_of_a_leader_that_failed_gets_the_failure()
    {
        await using var flight = Flight();
        var following = _follower.FollowAsync(flight);
        Pass(flight, _pictures[..1]);
        flight.Land(new FlightEnd(null, Failure));
        Assert.Same(Failure, await Assert.ThrowsAsync<GatewayException>(() => following));
        Assert.Equal([Convert.ToHexString(_pictures[0])], Sent());
    }

    [Fact]
    public async Task Client_with_a_picture_gets_an_error_when_the_others_are_not_recorded()
    {
        await using var flight = Flight(budget: 100_000);
        var following = _follower.FollowAsync(flight);
        Pass(flight, _pictures[..1]);
        await Until(() => _body.Length > 0);
        Pass(flight, _pictures[1..]);
        flight.Land(new FlightEnd(Stored(string.Concat(_pictures.Select(Completed)))));
        Assert.Equal(ErrorKind.UpstreamError, (await Assert.ThrowsAsync<GatewayException>(() => following)).Error.Kind);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Client_with_all_pictures_needs_no_answer(bool hasFailed)
    {
        await using var flight = Flight();
        var following = _follower.FollowAsync(flight);
        Pass(flight, _pictures);
        flight.Land(new FlightEnd(null, hasFailed ? Failure : null));
        await following;
        Assert.True(_follower.HasAll);
        Assert.Equal((JobStatus.Cached, 3), (_ask.Record.Status, _ask.Record.Reused!.Images));
    }

    [Theory]
    [InlineData(3, "another")]
    [InlineData(2, "")]
    public async Task Pictures_of_a_model_that_may_not_draw_or_fewer_of_them_are_none_of_the_clients(int pictures, string model)
    {
        await using var flight = Flight(model: model);
        var answer = Stored(string.Concat(_pictures.Take(pictures).Select(Completed)));
        flight.Land(new FlightEnd(answer with { Model = model }));
        Assert.Equal(new FlightEnd(null), await _follower.FollowAsync(flight));
        Assert.Equal(0, _body.Length);
    }

    [Fact]
    public async Task Client_gets_as_many_partial_pictures_of_each_as_it_asked_for()
    {
        await using var flight = Flight();
        var following = _follower.FollowAsync(flight);
        foreach (var picture in _pictures)
            flight.Recording.Append(Encoding.UTF8.GetBytes(Partial([1], 0) + Partial([2], 1) + Completed(picture)));
        flight.Land(new FlightEnd(null));
        await following;
        var sent = Stored(Encoding.UTF8.GetString(_body.ToArray()));
        Assert.Equal([(0, "AQ=="), (1, "AQ=="), (2, "AQ==")], sent.Partials.Select(partial => (partial.Index, Convert.ToBase64String(partial.Bytes.Sequence.ToArray()))));
    }

    // Whatever the leader's client is sent, or whether it is sent nothing.
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Silent_flight_keeps_the_clients_stream_open(bool isStream)
    {
        await using var flight = Flight(isStream: isStream);
        var following = _follower.FollowAsync(flight);
        for (var beats = 1; beats <= 3; beats++)
        {
            await _time.TimerAsync();
            _time.Advance(TimeSpan.FromSeconds(15));
            await Until(() => _body.Length == beats * ": waiting\n".Length);
        }
        Assert.Equal("text/event-stream", _http.Response.ContentType);
        flight.Land(new FlightEnd(Stored(Json(_pictures))));
        await following;
        Assert.Equal(_pictures.Select(Convert.ToHexString), Sent());
    }

    [Fact]
    public async Task Silent_flight_of_a_model_that_may_not_draw_begins_no_stream()
    {
        await using var flight = Flight(model: "another");
        var following = _follower.FollowAsync(flight);
        await _time.TimerAsync();
        _time.Advance(TimeSpan.FromSeconds(15));
        flight.Land(new FlightEnd(null));
        await following;
        Assert.False(_follower.HasBegun);
    }

    private static Flight Flight(long budget = 1 << 20, string model = "", bool isStream = true) => new(new AnswerRecording(new BlockPool(), new BufferBudget(budget)), Ask(model, isStream), TimeProvider.System);

    private static ReplayAsk Ask(string model = "", bool isStream = true)
    {
        var job = new ImageJob { Operation = Operation.Generation, Prompt = "a fox", Parameters = new ImageParameters { N = 3, Stream = isStream, PartialImages = 1 }, Body = null! };
        var record = new JobRecord("id", new Caller("acme", "web", "acme/web", ["*"], Tier.Final), job, TimeProvider.System, _ => ValueTask.CompletedTask);
        record.Answering();
        return new ReplayAsk(record, null, [new DrawingModel(model, 3, new Lazy<string>($"a fox by {model}"), new Lazy<string?>(() => null))], new Lazy<string>("the body"), _ => false);
    }

    private static void Pass(Flight flight, IEnumerable<byte[]> pictures)
    {
        foreach (var picture in pictures)
            flight.Recording.Append(Encoding.UTF8.GetBytes(Completed(picture)));
    }

    private List<string> Sent() => [.. Stored(Encoding.UTF8.GetString(_body.ToArray())).Pictures.Select(picture => Convert.ToHexString(picture.Bytes.Sequence.ToArray()))];

    private static async Task Until(Func<bool> condition)
    {
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(60));
        for (; !condition(); await Task.Yield())
            patience.Token.ThrowIfCancellationRequested();
    }
}
