"""Invented people's names: given and family names common in a region, combined at random by generate_people.py."""

# Group -> (given names, family names). Written in Latin script, as on an international staff list.
_LISTS = {
    "english": (
        "Oliver Amelia George Isla Harry Freya Thomas Grace James Poppy William Ruby Samuel Alice Edward Hannah",
        "Ashworth Bennett Carter Dawson Ellis Fletcher Harding Holloway Marsh Pearson Redfern Shaw Thornton Whitfield",
    ),
    "irish": (
        "Aoife Cian Niamh Oisín Saoirse Fionn Ciara Darragh",
        "Byrne Doyle Gallagher Keane Mulligan Nolan Quinlan Tierney",
    ),
    "american": (
        "Ethan Madison Jordan Brianna Tyler Kayla Marcus Jasmine Caleb Savannah Devin Morgan Andre Leah Noah Naomi",
        "Adler Brooks Calloway Dunn Everett Foster Grant Hayes Jennings Lowell Mercer Nash Porter Sawyer Tate Wells",
    ),
    "dutch": (
        (
            "Daan Emma Sem Sanne Lars Fleur Bram Lotte Thijs Anouk Jeroen Marieke Ruben Femke Joost Iris Niels Maaike Koen "
            "Esther"
        ),
        (
            "Bakker Boersma Dekker Hoekstra Jansen Kuipers Mulder Postma Schouten Smit Terpstra Veenstra Verhoeven Visser "
            "Vos Wiersma"
        ),
    ),
    "flemish": (
        "Wout Lien Jef Griet Stijn Elke Pieter Hilde",
        "Claes Declercq Goossens Maes Peeters Vandenberghe Verstraete Wouters",
    ),
    "surinamese": (
        "Ravi Sharda Orlando Cheryl Kenneth Anjali Romeo Jurmain",
        "Bhagwandas Kartosen Landveld Pinas Ramdin Soekhoe Tjon Wijngaarde",
    ),
    "german": (
        (
            "Lukas Hannah Jonas Lena Maximilian Katrin Felix Sabine Tobias Heike Stefan Anke Moritz Ulrike Jürgen Birgit "
            "Matthias Greta"
        ),
        (
            "Albrecht Brandt Dietrich Engel Fuchs Günther Hartmann Krüger Lindner Neumann Pfeiffer Richter Schäfer Vogel "
            "Winkler Zimmermann"
        ),
    ),
    "swiss": (
        "Reto Ursina Beat Regula Urs Corina Andri Seraina",
        "Aebischer Bühler Caflisch Frei Gerber Hofer Zollinger",
    ),
    "french": (
        (
            "Camille Julien Manon Antoine Chloé Mathieu Élodie Nicolas Inès Thibault Margaux Baptiste Léa Quentin Aurélie "
            "Rémi"
        ),
        "Aubert Blanchard Chevalier Delorme Fontaine Girard Lacroix Lemoine Marchand Moreau Perrin Renaud Roussel Vasseur",
    ),
    "quebec": (
        "Maxime Geneviève Étienne Maude Olivier Josiane Alexis Mylène",
        "Bouchard Gagnon Lavoie Ouellet Pelletier Tremblay",
    ),
    "spanish": (
        "Alejandro Lucía Javier Carmen Pablo Marta Álvaro Elena Sergio Rocío Iván Nuria Raúl Pilar Adrián Beatriz",
        (
            "Aguilar Benítez Cano Delgado Fuentes Gallego Herrero Iglesias Lozano Molina Navarro Pascual Romero Serrano "
            "Vidal Zamora"
        ),
    ),
    "latin": (
        (
            "Santiago Valentina Mateo Camila Sebastián Ximena Emiliano Daniela Diego Fernanda Joaquín Antonella Andrés "
            "Paola Facundo Renata Tomás Guadalupe"
        ),
        (
            "Acosta Bustamante Cárdenas Duarte Escobar Figueroa Guzmán Hinojosa Ibarra Lagos Montoya Olivera Paredes "
            "Quiroga Rojas Sandoval Urrutia Villalobos"
        ),
    ),
    "portuguese": (
        "João Beatriz Tiago Inês Rui Mariana Nuno Catarina Duarte Leonor",
        "Almeida Barros Cardoso Esteves Figueiredo Lourenço Matos Pinheiro Teixeira Vasconcelos",
    ),
    "brazilian": (
        "Thiago Larissa Rafael Letícia Gustavo Bruna Caio Juliana Leandro Tatiane Vinícius Priscila Murilo Débora",
        "Araújo Batista Cavalcanti Dias Farias Gonçalves Lacerda Medeiros Nogueira Peixoto Queiroz Rezende Siqueira Teles",
    ),
    "lusoafrican": (
        "Edson Yara Nelson Lurdes Aires Celeste Mário Ondina",
        "Chissano Domingos Évora Macuácua Muianga Quental",
    ),
    "italian": (
        "Lorenzo Giulia Matteo Chiara Alessandro Martina Davide Silvia Federico Elisa Simone Francesca Paolo Ilaria",
        "Barbieri Caruso De_Luca Esposito Ferrara Gallo Longo Marchetti Pellegrini Rinaldi Sartori Villa",
    ),
    "polish": (
        "Jakub Zuzanna Mateusz Agnieszka Paweł Katarzyna Michał Małgorzata Łukasz Joanna Tomasz Ewelina",
        "Adamczyk Borkowski Czarnecki Dudek Jabłoński Kaczmarek Lis Mazurek Nowicki Pawlak Sikora Wilk",
    ),
    "turkish": (
        "Emre Zeynep Mehmet Elif Burak Ayşe Can Selin Kerem Derya Onur Gizem",
        "Aksoy Bozkurt Çelik Demirci Erdoğdu Güneş Kaplan Koç Özkan Şahin Tekin Yıldırım",
    ),
    "japanese": (
        "Haruto Yui Sota Aoi Ren Hina Takumi Sakura Kenta Misaki Daichi Nanami",
        "Fujimoto Hayashi Ishikawa Kobayashi Matsuda Nakagawa Ogawa Saito Takeda Ueno Yamashita",
    ),
    "chinese": (
        "Wei Mei Jun Xiaoyan Hao Lihua Yong Jing Tao Fang Ming Yuting Zhiqiang Peishan",
        "Cai Deng Feng Gao Huang Jiang Liang Ma Ng Peng Qiu Song Tang Xie Yang Zheng",
    ),
    "arabic": (
        "Omar Layla Karim Nour Youssef Salma Tariq Rania Hassan Dina Khalid Huda Samir Yasmin Ziad Amal",
        "Abboud Benali Darwish El-Sayed Farouk Haddad Jaber Khoury Mansour Nasser Qasim Rahal Saleh Tawfiq Zidane",
    ),
    "kazakh": (
        "Arman Aigerim Daniyar Saule Nurlan Dina Timur Aliya Yerlan Madina",
        "Abenov Baimukhanov Dzhaksybekov Iskakov Kenzhebekov Mukanov Nurpeisov Omarov Sadykov Tulegenov",
    ),
    "slavic": (
        "Anton Irina Dmitri Olga Sergei Natalia Maxim Svetlana Pavel Tatiana",
        "Belenko Fomenko Grinenko Kravets Litvin Moroz Rudenko Savchenko Tkach Yurchenko",
    ),
    "caucasian": (
        "Giorgi Nino Levan Tamar Aram Anahit Davit Mariam",
        "Beridze Gelashvili Hakobyan Kapanadze Petrosyan Sargsyan",
    ),
    "indian": (
        (
            "Aarav Ananya Rohan Priya Vikram Kavya Arjun Divya Siddharth Pooja Nikhil Sneha Manish Ritu Rahul Meera Amit "
            "Shreya"
        ),
        "Bhatia Chauhan Deshpande Ghosh Iyer Joshi Kapoor Malhotra Menon Nair Pandey Rao Saxena Sharma Tiwari Verma",
    ),
    "nordic": (
        "Erik Astrid Magnus Ingrid Nils Sofie Anders Linnea Henrik Maja Jussi Aino",
        "Bergström Dahl Eklund Falk Halvorsen Kjær Lindholm Mäkinen Nygaard Sandvik Virtanen Westergaard",
    ),
    "czech": (
        "Jan Tereza Ondřej Lucie Marek Veronika Petr Zuzana",
        "Beneš Dvořák Hájek Kolář Marek Novotný Sedlák Urban",
    ),
    "hungarian": ("Bence Réka Gergő Zsófia Tamás Eszter", "Balogh Fekete Kocsis Lakatos Szalai Takács"),
    "romanian": ("Andrei Ioana Mihai Raluca Vlad Simona", "Ciobanu Dumitru Ionescu Marinescu Stanciu Văduva"),
    "balkan": (
        "Luka Ivana Stefan Maja Nikola Ana Georgi Desislava Marko Petra",
        "Babić Dimitrov Horvat Ivanov Jurić Knežević Kovačič Marinov Petrović Zupan",
    ),
    "greek": ("Giorgos Eleni Nikos Maria Kostas Sofia", "Alexiou Dimou Georgiadis Karras Pappas Vlachos"),
    "baltic": ("Kārlis Ilze Mantas Rūta Rasmus Liis Jānis Austėja", "Balodis Kask Kazlauskas Ozols Petrauskas Tamm"),
    "korean": ("Minjun Seoyeon Jihoon Hana Dohyun Yuna", "Bae Cho Han Kang Lim Shin"),
    "thai": ("Somchai Ploy Anan Kanya Nattapong Malee", "Boonmee Chaiyasit Saetang Srisuk Thongchai Wongsakul"),
    "vietnamese": ("Minh Linh Tuan Thao Quang Huong", "Bui Dang Dinh Ho Pham Vu"),
    "malay": (
        "Budi Siti Agus Dewi Faizal Nurul Hendra Putri",
        "Gunawan Hidayat Kusuma Santoso Setiawan Wibowo Yusof Zainal",
    ),
    "filipino": ("Jose Maricel Paolo Angelica Ramon Liza", "Bautista Dela_Cruz Magsino Ocampo Salonga Villareal"),
    "hebrew": ("Noam Tamar Eitan Shira Yonatan Michal", "Barak Dagan Harel Navon Peled Shalev"),
    "westafrican": (
        "Chinedu Ngozi Kwame Abena Moussa Awa Tunde Folake Ibrahima Fatou",
        "Adeyemi Boateng Diop Eze Kouassi Mensah Ndiaye Okafor Sarr Traoré",
    ),
    "eastafrican": (
        "Brian Wanjiku Kevin Achieng Joseph Mumbua Daniel Akinyi",
        "Kamau Kiprono Mwangi Njoroge Ochieng Wafula",
    ),
    "southafrican": ("Thabo Lerato Pieter Zanele Sipho Marelize", "Botha Dlamini Khumalo Mokoena Naidoo Steyn"),
    "pacific": ("Tama Moana Sione Leilani Teariki Hinano", "Faleolo Kahurangi Ngata Tamatoa Teriitahi Waititi"),
}


def _split(names: str) -> list[str]:
    return [name.replace("_", " ") for name in names.split()]


NAMES = {group: (_split(given), _split(family)) for group, (given, family) in _LISTS.items()}
"""A family name of two words is written with _ above."""
