using System.Text;
using ImageGateway.Simulator;

namespace ImageGateway.Tests.Simulator;

public sealed class PictureTests : SimulatorFixture
{
    [Theory]
    [InlineData("gpt-image-1", "1024x1536", 1024, 1536)]
    [InlineData("gpt-image-2", "2048x1152", 2048, 1152)]
    [InlineData("gpt-image-1", "auto", 1024, 1024)]
    public async Task Picture_of_any_size_is_a_valid_png(string model, string size, int width, int height)
    {
        var png = await ReadPictureAsync(await GenerateAsync(body => { body["model"] = model; body["size"] = size; }));

        Assert.Equal((width, height, 2), (png.Width, png.Height, png.ColorType));
        Assert.Equal(height * (1 + width * 3), png.ScanLines.Length);
        Assert.Equal(["IHDR", "caBX", "IDAT", "IEND"], png.Chunks.Keys);
        Assert.Contains("simulated", Encoding.UTF8.GetString(png.Chunks["caBX"]), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Transparent_picture_has_clear_corners_and_a_solid_middle()
    {
        var png = await ReadPictureAsync(await GenerateAsync(body => body["background"] = "transparent"));

        Assert.Equal(6, png.ColorType);
        Assert.Equal(0, png.Pixel(0, 0)[3]);
        Assert.Equal(255, png.Pixel(512, 512)[3]);
    }

    [Fact]
    public async Task Pictures_of_a_request_differ_and_repeat()
    {
        var first = await ReadAsync(await GenerateAsync(body => body["n"] = 2));
        var second = await ReadAsync(await GenerateAsync(body => body["n"] = 2));

        Assert.NotEqual(first["data"]![0]!.ToJsonString(), first["data"]![1]!.ToJsonString());
        Assert.Equal(first["data"]!.ToJsonString(), second["data"]!.ToJsonString());
    }

    [Theory]
    [InlineData("")]
    [InlineData("   ")]
    [InlineData("日本語とémoji 🦊")]
    [InlineData("Donaudampfschifffahrtselektrizitätenhauptbetriebswerkbauunterbeamtengesellschaft")]
    public void Picture_of_an_odd_prompt_is_drawn(string prompt)
    {
        var png = DecodedPng.Read(new ImageGateway.Simulator.Drawing.Picture(prompt, "caption", "seed", 256, 256, Transparent: false).Draw());

        Assert.Equal(256, png.Width);
    }

    [Fact]
    public void Picture_of_the_longest_prompt_is_drawn()
    {
        var picture = new ImageGateway.Simulator.Drawing.Picture(new string('w', 32_000), "caption", "seed", 3840, 1280, Transparent: true);

        Assert.Equal(3840, DecodedPng.Read(picture.Draw()).Width);
    }
}

public sealed class StockPictureTests() : SimulatorFixture(new SimulatorOptions { IsStock = true })
{
    [Fact]
    public async Task Stock_pictures_are_valid_and_differ_in_their_provenance_alone()
    {
        var first = await ReadPictureAsync(await GenerateAsync());
        var second = await ReadPictureAsync(await GenerateAsync());

        Assert.Equal((1024, 1024), (first.Width, first.Height));
        Assert.Equal(first.ScanLines, second.ScanLines);
        Assert.NotEqual(first.Chunks["caBX"], second.Chunks["caBX"]);
        Assert.NotEqual(Log.Calls[0].Images, Log.Calls[1].Images);
    }
}
