using System.Buffers;
using System.Text.Json;
using ImageGateway.Caching;
using static ImageGateway.Tests.Caching.RecordedAnswers;

namespace ImageGateway.Tests.Caching;

public sealed class StoredAnswerTests
{
    [Fact]
    public void Json_answer_in_any_pieces_keeps_its_pictures_to_the_byte() => Properties.Hold(40, random =>
    {
        var pictures = Enumerable.Range(0, random.Next(1, 4)).Select(_ => random.Bytes(random.Next(1, 20_000))).ToArray();
        var answer = Parsed(Json(pictures), random)!;
        Assert.Equal(pictures, answer.Pictures.Select(picture => picture.Bytes.Sequence.ToArray()));
        using var again = JsonDocument.Parse(Text(AnswerWriter.Json(answer)));
        using var before = JsonDocument.Parse(Json(pictures));
        Assert.True(JsonElement.DeepEquals(before.RootElement, again.RootElement));
    });

    [Fact]
    public void Stream_in_any_pieces_is_replayed_event_by_event() => Properties.Hold(40, random =>
    {
        var text = Partial(random.Bytes(random.Next(1, 9_000)), 0) + Partial(random.Bytes(300), 1) + Completed(random.Bytes(random.Next(1, 20_000)));
        var answer = Parsed(text, random)!;
        Assert.Equal(text, Events(answer));
    });

    [Theory]
    [InlineData("\n")]
    [InlineData("\r")]
    [InlineData("\r\n")]
    public void Stream_with_any_line_ends_comments_and_marks_is_read(string lineEnd)
    {
        var text = "\uFEFF: waiting\n\n" + Partial([1], 0) + ": waiting\n" + Completed([2, 3]) + "data: [DONE]\n\n";
        var answer = Parsed(text.Replace("\n", lineEnd, StringComparison.Ordinal), new Random(3))!;
        Assert.Equal(Partial([1], 0) + Completed([2, 3]), Events(answer));
    }

    [Fact]
    public void Json_answer_becomes_completed_events_whose_usage_sums_up()
    {
        var events = Events(Stored(Json([1, 2, 3], [4, 5])));
        var data = events.Split('\n').Where(line => line.StartsWith("data: ", StringComparison.Ordinal)).Select(line => JsonDocument.Parse(line[6..]).RootElement).ToList();
        Assert.Equal(["image_generation.completed", "image_generation.completed"], data.Select(one => one.GetProperty("type").GetString()));
        Assert.Equal([new byte[] { 1, 2, 3 }, [4, 5]], data.Select(one => one.GetProperty("b64_json").GetBytesFromBase64()));
        Assert.Equal(273, data.Sum(one => one.GetProperty("usage").GetProperty("output_tokens").GetInt64()));
        Assert.Equal(11, data.Sum(one => one.GetProperty("usage").GetProperty("input_tokens").GetInt64()));
        Assert.All(data, one => Assert.Equal(("1024x1024", 1760000000), (one.GetProperty("size").GetString(), one.GetProperty("created_at").GetInt64())));
    }

    [Fact]
    public void Json_answer_of_one_picture_becomes_the_event_a_provider_would_send() =>
        Assert.Equal(Completed([9, 8]).Length, Events(Stored(Json([9, 8]))).Length);

    [Fact]
    public void Stream_becomes_json_without_its_partial_pictures()
    {
        using var json = JsonDocument.Parse(Text(AnswerWriter.Json(Stored(Partial([7], 0) + Completed([1, 2])))));
        using var expected = JsonDocument.Parse(Json([1, 2]));
        Assert.True(JsonElement.DeepEquals(expected.RootElement, json.RootElement));
    }

    [Fact]
    public void Partial_pictures_are_left_out_when_nobody_asked()
    {
        var answer = Stored(Partial([7], 0) + Completed([1, 2]));
        Assert.Equal(Completed([1, 2]), Events(answer, partials: 0));
    }

    [Fact]
    public void Partial_pictures_are_no_more_than_were_asked_for()
    {
        var answer = Stored(Partial([7], 0) + Partial([8], 1) + Completed([1, 2]) + Partial([9], 0) + Completed([3]));
        Assert.Equal(Partial([7], 0) + Completed([1, 2]) + Partial([9], 0) + Completed([3]), Events(answer, partials: 1));
    }

    [Fact]
    public void Pictures_the_client_has_are_left_out() =>
        Assert.Equal(Partial([4], 0) + Completed([5]), Events(Stored(Partial([4], 0) + Completed([5]) + Completed([1])), count: 1));

    [Fact]
    public void Members_nobody_knows_are_kept_as_they_stand()
    {
        const string Text = """{"created":1,"x":{"y":[1, 2,"\u00e9"]},"data":[{"revised_prompt":"an \"A\"","b64_json":"AQI=","content_filter_results":{"hate":{"filtered":false}}}]}""";
        using var again = JsonDocument.Parse(RecordedAnswers.Text(AnswerWriter.Json(Stored(Text))));
        using var before = JsonDocument.Parse(Text);
        Assert.True(JsonElement.DeepEquals(before.RootElement, again.RootElement));
    }

    // Some encoders write \/ for a slash; .NET's own writes \u002B for a plus.
    [Fact]
    public void Escaped_letters_of_base64_in_any_pieces_are_read() => Properties.Hold(40, random =>
    {
        var picture = random.Bytes(random.Next(1, 3_000));
        var text = Json(picture).Replace("+", random.Pick("\\u002B", "\\u002b"), StringComparison.Ordinal).Replace("/", random.Pick("\\/", "\\u002F"), StringComparison.Ordinal);
        Assert.Equal(picture, Parsed(text, random)!.Pictures[0].Bytes.Sequence.ToArray());
    });

    [Fact]
    public void Text_that_looks_like_a_picture_is_none()
    {
        const string Tricky = """{"created":1,"data":[{"revised_prompt":"a \"b64_json\":\"AQI=\" b","b64_json" : "AQI="}],"x":"b64_json"}""";
        var answer = Stored(Tricky);
        Assert.Equal(new byte[] { 1, 2 }, answer.Pictures[0].Bytes.Sequence.ToArray());
        using var again = JsonDocument.Parse(Text(AnswerWriter.Json(answer)));
        using var before = JsonDocument.Parse(Tricky);
        Assert.True(JsonElement.DeepEquals(before.RootElement, again.RootElement));
    }

    [Fact]
    public void Address_in_the_place_of_a_picture_is_kept_and_told()
    {
        var answer = Stored("""{"created":1,"data":[{"url":"https://images.example/1"}]}""");
        Assert.True(answer.HasAddresses);
        Assert.Equal("""{"created":1,"data":[{"url":"https://images.example/1"}]}""", Text(AnswerWriter.Json(answer)));
    }

    // Clients with types of their own stumble over events that lack what OpenAI's always have.
    [Theory]
    [InlineData("", null, null, "3x2", "auto", "auto", "png")]
    [InlineData("", "auto", "auto", "3x2", "auto", "auto", "png")]
    [InlineData("", "1024x1536", "hi\"gh", "1024x1536", "hi\"gh", "auto", "png")]
    [InlineData("""  "size":"1x1","quality":"low","background":"opaque","output_format":"webp",  """, "1024x1536", "high", "1x1", "low", "opaque", "webp")]
    public void Json_answer_that_says_little_becomes_an_event_that_says_all(string said, string? askedSize, string? askedQuality, string size, string quality, string background, string format)
    {
        var png = Convert.FromHexString("89504E470D0A1A0A0000000D49484452000000030000000208060000009D746700");
        var stored = Stored($$"""{ {{said}} "data":[{"b64_json":"{{Convert.ToBase64String(png)}}"}]}""") with { Size = askedSize, Quality = askedQuality, StoredAt = DateTimeOffset.FromUnixTimeSeconds(1760000000) };
        using var data = JsonDocument.Parse(Events(stored).Split('\n')[1][6..]);
        Assert.Equal([size, quality, background, format], new[] { "size", "quality", "background", "output_format" }.Select(name => data.RootElement.GetProperty(name).GetString()));
        Assert.Equal(1760000000, data.RootElement.GetProperty("created_at").GetInt64());
    }

    [Fact]
    public void Event_of_a_file_that_is_no_picture_says_that_nothing_is_known() =>
        Assert.Contains("\"output_format\":\"auto\"", Events(Stored("""{"created":1,"data":[{"b64_json":"AQI="}]}""")), StringComparison.Ordinal);

    [Theory]
    [InlineData("")]
    [InlineData("""{"created":1,"data":[]}""")]
    [InlineData("""{"created":1}""")]
    [InlineData("""[1]""")]
    [InlineData("""{"created":1,"data":[{"b64_json":"AQI="}]""")]
    [InlineData("""{"created":1,"data":[{"b64_json":"AQI"}]}""")]
    [InlineData("""{"created":1,"data":[{"b64_json":"AQ=IAQIA"}]}""")]
    [InlineData("""{"created":1,"data":[{"b64_json":"A I="}]}""")]
    [InlineData("{\"data\":[{\"b64_json\":\"AQI\\n\"}]}")]
    [InlineData("{\"data\":[{\"b64_json\":\"AQI\\u012b\"}]}")]
    [InlineData("{\"data\":[{\"b64_json\":\"AQI\\u+02b\"}]}")]
    [InlineData("{\"data\":[{\"b64_json\":\"AQIDA\\u00\"}]}")]
    [InlineData("{\"data\":[{\"b64_json\":\"AQID\\\"}]}")]
    [InlineData("{\"data\":[{\"b64\\u005fjson\":\"AQI=\"}]}")]
    [InlineData("{\"data\":[{\"b64\\u005fjson\":\"7\"}]}")]
    [InlineData("{\"created\":1,\"siz\\ud800\":1,\"data\":[{\"b64_json\":\"AQI=\"}]}")]
    [InlineData("data: {\"type\":\"image_generation.completed\",\"siz\\udfff\":1,\"b64_json\":\"AQI=\"}\n\n")]
    [InlineData("data: {\"type\":\"image_generation.partial_image\",\"b64_json\":\"AQI=\"}\n\n")]
    [InlineData("data: {\"type\":\"image_generation.completed\",\"b64_json\":\"AQI=\"}\n")]
    [InlineData("data: {\"type\":\"image_generation.completed\",\"b64_json\":\"AQI=\"}\n\ndata: {\"type\":\"error\",\"error\":{}}\n\n")]
    [InlineData("event: image_generation.completed\ndata: {\"b64_json\":\"AQI=\n\n")]
    public void What_is_no_whole_answer_is_not_stored(string body) => Assert.Null(Parsed(body, new Random(1)));
}
