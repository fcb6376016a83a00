using System.Text;
using System.Text.Json;
using ImageGateway.Images;
using ImageGateway.Providers.Bodies;
using ImageGateway.Tests.Streaming;

namespace ImageGateway.Tests.Providers.Bodies;

public sealed class SplicedJsonContentTests
{
    private static readonly string[] Names = ["model", "prompt", "size", "quality", "n", "user", "x y", "größe", "\"", "", "\\"];

    [Fact]
    public void Body_parses_to_the_object_with_the_edits_and_the_rest_is_untouched() => Properties.Hold(1000, random =>
    {
        var (text, raw) = Draw(random);
        var edits = Names[..6].Where(_ => random.Chance(40)).Select(name => random.Next(3) switch
        {
            0 => new ParameterChange(name, null),
            1 => new ParameterChange(name, random.Pick("low", "a \"b\" \\ \n é 🎨", "")),
            _ => new ParameterChange(name, random.Pick("7", "true", "-1.5"), IsText: false),
        }).ToArray();
        using var body = Requests.Json(text);
        using var content = new SplicedJsonContent(body, edits);
        var sent = content.ReadAsByteArrayAsync().GetAwaiter().GetResult();

        Assert.Equal(sent.Length, content.Headers.ContentLength);
        Assert.Equal("application/json", content.Headers.ContentType!.ToString());
        var members = JsonDocument.Parse(sent).RootElement.EnumerateObject().ToList();
        var expected = raw.Where(member => !edits.Any(edit => edit.Name == member.Name)).Select(member => member.Name)
            .Concat(edits.Where(edit => edit.Value is not null).Select(edit => edit.Name));
        Assert.Equal(expected, members.Select(member => member.Name));
        foreach (var member in members)
        {
            if (edits.FirstOrDefault(edit => edit.Name == member.Name) is { Name: not null, IsText: true } edit)
                Assert.Equal(edit.Value, member.Value.GetString());
            else if (edits.Any(edit => edit.Name == member.Name))
                Assert.Equal(edits.First(edit => edit.Name == member.Name).Value, member.Value.GetRawText());
            else
                Assert.Equal(raw.First(one => one.Name == member.Name).Value, member.Value.GetRawText());
        }
    });

    [Fact]
    public void Body_without_edits_keeps_every_byte_between_the_first_and_the_last_member() => Properties.Hold(300, random =>
    {
        var (text, raw) = Draw(random);
        using var body = Requests.Json(text);
        using var content = new SplicedJsonContent(body, []);
        var inner = text.Trim()[1..^1].Trim();
        Assert.Equal(raw.Count == 0 ? "{}" : $"{{{inner}}}", Encoding.UTF8.GetString(content.ReadAsByteArrayAsync().GetAwaiter().GetResult()));
    });

    [Fact]
    public async Task Body_disposed_before_it_is_sent_is_refused_not_garbled()
    {
        var body = Requests.Json("""{"prompt":"a"}""");
        using var content = new SplicedJsonContent(body, [new ParameterChange("n", "1", IsText: false)]);
        body.Dispose();
        var refused = await Assert.ThrowsAsync<HttpRequestException>(() => content.CopyToAsync(new MemoryStream()));
        Assert.IsType<ObjectDisposedException>(refused.GetBaseException());
    }

    private static (string Text, List<(string Name, string Value)> Raw) Draw(Random random)
    {
        var raw = Names.Where(_ => random.Chance(50)).Select(name => (name, Value(random))).ToList();
        return ($"{Space()}{{{Space()}{string.Join($"{Space()},{Space()}", raw.Select(member => $"{Name(member.name)}{Space()}:{Space()}{member.Item2}"))}{Space()}}}{Space()}", raw);

        string Space() => random.Pick("", "", " ", "\n\t", "\r\n");
        string Name(string name) => random.Chance(50) ? JsonSerializer.Serialize(name) : $"\"{string.Concat(name.Select(letter => $"\\u{(int)letter:X4}"))}\"";
    }

    private static string Value(Random random) => random.Chance(50)
        ? random.Pick("null", "1e3", "-0", "\"\\u00e9\\/\"", "[ 1 , {} ]", "\"\"", "{ \"n\" : 1, \"n\" : 2 }")
        : new JsonAnswers(random).Draw().Trim();
}
