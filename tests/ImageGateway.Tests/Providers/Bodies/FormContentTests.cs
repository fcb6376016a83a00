using System.Text;
using ImageGateway.Images;
using ImageGateway.Providers.Bodies;
using Microsoft.AspNetCore.WebUtilities;
using Microsoft.Net.Http.Headers;

namespace ImageGateway.Tests.Providers.Bodies;

public sealed class FormContentTests
{
    [Fact]
    public void Form_carries_edits_fields_pictures_and_mask()
    {
        using var job = Job(new FormBody([new("prompt", "ein Fuchs 🦊"), new("size", "auto"), new("n", "2")], []), Requests.Image("a.png", "A"));
        using var masked = job with { Mask = Requests.Image("m.png", "M") };
        var parts = Parse(masked, new ParameterChange("model", "img-std"), new ParameterChange("size", null), new ParameterChange("n", "3", IsText: false));

        Assert.Equal(
            [
                new Part("model", null, null, "img-std"), new Part("n", null, null, "3"), new Part("prompt", null, null, "ein Fuchs 🦊"),
                new Part("image", "a.png", "image/png", "A"), new Part("mask", "m.png", "image/png", "M"),
            ],
            parts);
    }

    [Fact]
    public void Several_pictures_are_a_list_in_their_order()
    {
        using var job = Job(new FormBody([], []), Requests.Image("a.png", "A"), Requests.Image("b.jpg", "B", ImageFormat.Jpeg), Requests.Image("c.webp", "C", ImageFormat.WebP));
        Assert.Equal(
            [new Part("image[]", "a.png", "image/png", "A"), new Part("image[]", "b.jpg", "image/jpeg", "B"), new Part("image[]", "c.webp", "image/webp", "C")],
            Parse(job));
    }

    // As browsers write them: %22 for a quote, %0D and %0A for line breaks. No name may end its header or add a part.
    [Theory]
    [InlineData("plain.png", "plain.png")]
    [InlineData("with space; name=\"x\".png", "with space; name=%22x%22.png")]
    [InlineData("a\r\nX-Evil: 1.png", "a%0D%0AX-Evil: 1.png")]
    [InlineData("köln.png", "köln.png")]
    [InlineData("絵🎨.png", "絵🎨.png")]
    [InlineData("C:\\temp\\a.png", "C:\\temp\\a.png")]
    [InlineData("ends with\\", "ends with\\")]
    [InlineData("tab\tnul\0.png", "tab%09nul%00.png")]
    public void Name_of_a_file_survives_and_breaks_nothing(string fileName, string expected)
    {
        using var job = Job(new FormBody([], []), Requests.Image(fileName, "A"));
        var part = Assert.Single(Parse(job));
        Assert.Equal(new Part("image", expected, "image/png", "A"), part);
    }

    [Theory]
    [InlineData("quote\"d", "quote%22d")]
    [InlineData("line\r\nbreak", "line%0D%0Abreak")]
    [InlineData("größe", "größe")]
    [InlineData("nul\0", "nul%00")]
    [InlineData("back\\slash\\", "back\\slash\\")]
    public void Name_of_a_field_survives_and_breaks_nothing(string name, string expected)
    {
        using var job = Job(new FormBody([new(name, "value\r\n--x")], []), Requests.Image("a.png", "A"));
        Assert.Equal(new Part(expected, null, null, "value\r\n--x"), Parse(job)[0]);
    }

    [Theory]
    [InlineData("text/plain; charset=utf-8", "text/plain; charset=utf-8")]
    [InlineData("no type", "application/octet-stream")]
    [InlineData(null, "application/octet-stream")]
    public void Unknown_file_passes_with_its_type(string? type, string expected)
    {
        using var job = Job(new FormBody([], [new("palette", "p.txt", type, Requests.Spooled("P"u8))]), Requests.Image("a.png", "A"));
        Assert.Equal(new Part("palette", "p.txt", expected, "P"), Parse(job)[^1]);
    }

    [Fact]
    public void Any_text_arrives_as_it_was() => Properties.Hold(100, random =>
    {
        var value = string.Concat(Enumerable.Range(0, random.Next(50)).Select(_ => random.Pick("a", "é", "🎨", "\r\n", "--", "\"", "\0", "=", " ")));
        using var job = Job(new FormBody([new("prompt", value)], []), Requests.Image("a.png", "A"));
        Assert.Equal(value, Parse(job)[0].Content);
    });

    private static ImageJob Job(FormBody body, params InputImage[] images) =>
        new() { Operation = Operation.Edit, Prompt = "p", Parameters = new ImageParameters(), Images = images, Body = body };

    private static List<Part> Parse(ImageJob job, params ParameterChange[] edits)
    {
        using var form = FormContent.Create(job, ((FormBody)job.Body).Fields, edits);
        var sent = form.ReadAsByteArrayAsync().GetAwaiter().GetResult();
        Assert.Equal(sent.Length, form.Headers.ContentLength);
        var boundary = HeaderUtilities.RemoveQuotes(MediaTypeHeaderValue.Parse(form.Headers.ContentType!.ToString()).Boundary).ToString();
        return ReadAsync(new MultipartReader(boundary, new MemoryStream(sent))).GetAwaiter().GetResult();
    }

    private static async Task<List<Part>> ReadAsync(MultipartReader reader)
    {
        var parts = new List<Part>();
        while (await reader.ReadNextSectionAsync() is { } section)
        {
            Assert.True(ContentDispositionHeaderValue.TryParse(section.ContentDisposition, out var disposition), section.ContentDisposition);
            var name = HeaderUtilities.RemoveQuotes(disposition!.Name).ToString();
            var file = disposition.FileName.HasValue ? HeaderUtilities.RemoveQuotes(disposition.FileName).ToString() : null;
            parts.Add(new Part(name, file, section.ContentType, await new StreamReader(section.Body, Encoding.UTF8).ReadToEndAsync()));
        }
        return parts;
    }

    private sealed record Part(string Name, string? FileName, string? ContentType, string Content);
}
